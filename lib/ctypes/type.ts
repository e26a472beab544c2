// C types in the one form that everything below the public API works with.

declare const values: unique symbol;

/** A C type: `In` is what a caller may pass for it, `Out` what comes back. */
export interface CType<In = unknown, Out = unknown> {
  readonly kind: string;
  /** In bytes, as `sizeof` tells. */
  readonly size: number;
  readonly alignment: number;
  /** Exists for the compiler only. */
  readonly [values]?: { readonly in: In; readonly out: Out };
}

export type ScalarName =
  | 'bool'
  | 'char'
  | 'i8'
  | 'u8'
  | 'i16'
  | 'u16'
  | 'i32'
  | 'u32'
  | 'i64'
  | 'u64'
  | 'isize'
  | 'usize'
  | 'f32'
  | 'f64';

interface Sized {
  readonly size: number;
  readonly alignment: number;
}

export interface Void extends Sized {
  readonly kind: 'void';
}

export interface Scalar extends Sized {
  readonly kind: 'scalar';
  readonly name: ScalarName;
}

/** An address. `target` is absent when nothing is known about what is there. */
export interface Pointer extends Sized {
  readonly kind: 'pointer';
  /** Late, so that a structure can point to its own kind. */
  readonly target?: () => Type;
}

/** The address of bytes that JavaScript owns. */
export interface Buffer extends Sized {
  readonly kind: 'buffer';
}

/** The address of code that is only handed on. */
export interface Code extends Sized {
  readonly kind: 'function';
}

export type Encoding = 'utf8' | 'utf16' | 'wide';

/** The address of text that ends with a NUL. */
export interface Text extends Sized {
  readonly kind: 'string';
  readonly encoding: Encoding;
  /** The symbol that frees a result. */
  readonly free?: string;
}

export interface Enumeration extends Sized {
  readonly kind: 'enumeration';
  readonly base: Scalar;
  readonly byName: ReadonlyMap<string, number>;
  readonly byValue: ReadonlyMap<number, string>;
}

/** A member of a structure or of a union. */
export interface Field {
  readonly name: string;
  readonly type: Type;
  /** In bytes from the start. Of a bit-field: that of the storage it is read with. */
  readonly offset: number;
  readonly bits?: { readonly shift: number; readonly width: number };
}

export interface Structure extends Sized {
  readonly kind: 'structure';
  readonly fields: readonly Field[];
}

export interface Union extends Sized {
  readonly kind: 'union';
  readonly fields: readonly Field[];
}

/** As a member it is the elements themselves, as an argument the address of the first. */
export interface ArrayOf extends Sized {
  readonly kind: 'array';
  readonly element: Type;
  /** Undefined when any number will do, which only an argument can say. */
  readonly length: number | undefined;
}

/** The address of a C function, or of a JavaScript function that C calls. */
export interface Callback extends Sized {
  readonly kind: 'callback';
  readonly arguments: readonly Type[];
  readonly return: Type;
}

/** The address of a value that the function fills in, and that may have one before. */
export interface Reference extends Sized {
  readonly kind: 'out' | 'inout';
  readonly target: Type;
}

/**
 * An integer that has fewer bits than on other systems, where it has 64: what crosses is a bigint on
 * every one.
 */
export interface Widened extends Sized {
  readonly kind: 'widened';
  readonly base: Scalar;
}

/** A member of a structure that shares its storage with others. */
export interface Bits extends Sized {
  readonly kind: 'bits';
  readonly base: Scalar;
  readonly width: number;
}

export type Type =
  | ArrayOf
  | Bits
  | Buffer
  | Callback
  | Code
  | Enumeration
  | Pointer
  | Reference
  | Scalar
  | Structure
  | Text
  | Union
  | Void
  | Widened;

export const ADDRESS: Sized = { size: 8, alignment: 8 };

export function isFloatingPoint(type: Type): boolean {
  return type.kind === 'scalar' && (type.name === 'f32' || type.name === 'f64');
}

/** A scalar inside a value, as the calling convention sees it. */
export interface Leaf {
  readonly type: ScalarName | 'pointer';
  readonly offset: number;
}

/** Every scalar of a value that crosses by value. Those of a union overlap. */
export function leavesOf(type: Type, offset = 0): Leaf[] {
  switch (type.kind) {
    case 'void':
      return [];
    case 'scalar':
      return [{ type: type.name, offset }];
    case 'enumeration':
    case 'bits':
    case 'widened':
      return [{ type: type.base.name, offset }];
    case 'structure':
    case 'union':
      return type.fields.flatMap((field) => leavesOfField(field, offset));
    case 'array': {
      const { element, length = 0 } = type;
      return Array.from({ length }, (_, i) => leavesOf(element, offset + i * element.size)).flat();
    }
    default:
      return [{ type: 'pointer', offset }];
  }
}

/** A bit-field counts as the bytes that it lies in, whatever its type would be aligned to. */
function leavesOfField({ type, offset, bits }: Field, start: number): Leaf[] {
  if (bits === undefined) return leavesOf(type, start + offset);
  const first = Math.floor(bits.shift / 8);
  const count = Math.floor((bits.shift + bits.width - 1) / 8) - first + 1;
  return Array.from({ length: count }, (_, i) => ({
    type: 'u8',
    offset: start + offset + first + i,
  }));
}

/** How a definition would spell it, for messages. */
export function nameOf(type: Type): string {
  switch (type.kind) {
    case 'scalar':
      return type.name;
    case 'widened':
      return type.base.name;
    case 'structure':
      return `struct { ${type.fields.map((field) => field.name).join(', ')} }`;
    case 'union':
      return `union { ${type.fields.map((field) => field.name).join(', ')} }`;
    case 'array':
      return `array(${nameOf(type.element)}${type.length === undefined ? '' : `, ${type.length}`})`;
    case 'out':
    case 'inout':
      return `${type.kind}(${nameOf(type.target)})`;
    case 'bits':
      return `bits(${type.base.name}, ${type.width})`;
    default:
      return type.kind;
  }
}
