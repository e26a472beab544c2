// Every type name of `node:ffi` (Node.js 26) is one of ours, with the same meaning.

import type { NativeReturnType, NativeType } from '../../lib';
import { check, type Equal } from './check.test-d';

type NodeType =
  | ('void' | 'char' | 'bool')
  | ('i8' | 'int8' | 'u8' | 'uint8')
  | ('i16' | 'int16' | 'u16' | 'uint16')
  | ('i32' | 'int32' | 'u32' | 'uint32')
  | ('i64' | 'int64' | 'u64' | 'uint64')
  | ('float' | 'f32' | 'float32' | 'double' | 'f64' | 'float64')
  | ('pointer' | 'ptr' | 'function')
  | ('buffer' | 'arraybuffer' | 'string' | 'str');

check<Equal<Exclude<NodeType, NativeReturnType>, never>>();
check<Equal<Exclude<NodeType, NativeType>, 'void'>>();

// Some of those that only we have.
type Ours = 'isize' | 'usize' | 'complex64' | 'complex128' | 'int' | 'size_t';
check<Equal<Extract<Exclude<NativeReturnType, NodeType>, Ours>, Ours>>();
