// What the parts of the parser need of each other, and of what was declared before.

import type { Cursor } from './cursor';
import type { Scope } from './scope';
import type { Declared, Specifiers, Syntax } from './syntax';

export interface Grammar {
  readonly cursor: Cursor;
  readonly scope: Scope;
  /** The largest alignment of a member that `#pragma pack` allows here. */
  readonly pack: number | undefined;
  specifiers(): Specifiers;
  declarator(base: Syntax): Declared;
  /** A constant expression. */
  constant(): number;
  /** The size of a type, as `sizeof` tells. */
  sizeOf(type: Syntax, at: number): number;
}
