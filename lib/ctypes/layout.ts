// Where the members of structures and unions are, by the rules that C compilers follow on the
// systems of the ELF psABIs.

import type { Field, Structure, Type, Union } from './type';

export interface LayoutOptions {
  /** No member is aligned, as with `__attribute__((packed))`. */
  readonly packed?: boolean;
  /** The whole is aligned at least so, in bytes, as with `_Alignas`. A power of two. */
  readonly align?: number;
}

export type Member = readonly [name: string, type: Type];

export function layOutStructure(members: readonly Member[], options: LayoutOptions): Structure {
  const layout = new StructureLayout(options);
  const fields = members.flatMap(([name, type]) => layout.place(name, type));
  return { kind: 'structure', fields, ...layout.end() };
}

export function layOutUnion(members: readonly Member[], options: LayoutOptions): Union {
  const fields = members.flatMap(([name, type]) => new StructureLayout(options).place(name, type));
  const alignment = Math.max(...members.map(([, type]) => alignmentIn(type, options)), 1);
  const whole = Math.max(alignment, options.align ?? 1);
  const end = Math.max(...members.map(([, type]) => bytesOf(type)), 0);
  return { kind: 'union', fields, alignment: whole, size: roundUp(end, whole) };
}

/** A bit-field of a union has the bytes that its bits need. */
function bytesOf(type: Type): number {
  return type.kind === 'bits' ? Math.ceil(type.width / 8) : type.size;
}

function alignmentIn(type: Type, { packed = false }: LayoutOptions): number {
  return packed ? 1 : type.alignment;
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** How the name of a bit-field begins that C gives none. It takes room and aligns nothing. */
export const NAMELESS = '_:';

/** Counts in bits, since bit-fields begin anywhere. */
class StructureLayout {
  readonly #options: LayoutOptions;
  #end = 0;
  #alignment = 1;

  constructor(options: LayoutOptions) {
    this.#options = options;
  }

  /** A nameless bit-field, which only takes room, gives no field. */
  place(name: string, type: Type): Field[] {
    const alignment = alignmentIn(type, this.#options);
    if (type.kind === 'bits') return this.#placeBits(name, type.base, type.width, alignment);
    const offset = roundUp(Math.ceil(this.#end / 8), alignment);
    this.#end = (offset + type.size) * 8;
    this.#alignment = Math.max(this.#alignment, alignment);
    return [{ name, type, offset }];
  }

  end(): { readonly size: number; readonly alignment: number } {
    const alignment = Math.max(this.#alignment, this.#options.align ?? 1);
    return { alignment, size: roundUp(Math.ceil(this.#end / 8), alignment) };
  }

  // A bit-field does not cross from one unit of its type to the next, except when packed. One of no
  // width ends the unit.
  #placeBits(name: string, base: Type, width: number, alignment: number): Field[] {
    const unit = base.size * 8;
    if (width === 0) {
      this.#end = roundUp(this.#end, unit);
      return [];
    }
    const crosses = Math.floor(this.#end / unit) !== Math.floor((this.#end + width - 1) / unit);
    if (crosses && this.#options.packed !== true) this.#end = roundUp(this.#end, unit);
    const start = this.#end;
    this.#end += width;
    if (name.startsWith(NAMELESS)) return [];
    this.#alignment = Math.max(this.#alignment, alignment);
    return [{ name, type: base, ...storageOf(start, width, base.size) }];
  }
}

/** Whole units where they hold the bits, bytes further on where only packing put them there. */
function storageOf(start: number, width: number, size: number): Pick<Field, 'offset' | 'bits'> {
  const unit = size * 8;
  const offset = Math.floor(start / unit) * size;
  const shift = start - offset * 8;
  if (shift + width <= unit) return { offset, bits: { shift, width } };
  const byte = Math.floor(start / 8);
  return { offset: byte, bits: { shift: start - byte * 8, width } };
}
