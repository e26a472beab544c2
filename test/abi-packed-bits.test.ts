// Structures and unions by value whose bit-fields lie anywhere.

import { describeByValue } from './abi/by-value';
import { PACKED_BITS_CATALOGUE } from './abi/catalogue';

describeByValue(PACKED_BITS_CATALOGUE);
