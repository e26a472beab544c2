// Structures and unions by value, of every size and class.

import { describeByValue } from './abi/by-value';
import { CATALOGUE } from './abi/catalogue';

describeByValue(CATALOGUE);
