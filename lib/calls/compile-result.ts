// The code that reads a result.

import { isCharSigned } from '../ctypes/platform';
import type { ScalarName, Structure, Type } from '../ctypes/type';
import { SCRATCH } from './scratch';

export interface ResultCode {
  /** Variables that outlive a call. */
  readonly memory: string;
  /** Ends with the return statement. */
  readonly read: string;
  /** The call itself. What it returns is `text` in the code that follows. */
  readonly call: 'call()' | 'callForText()';
}

/** Undefined for what the interpreter has to do. */
export function resultCode(type: Type): ResultCode | undefined {
  switch (type.kind) {
    case 'void':
      return { memory: '', read: '', call: 'call()' };
    case 'scalar':
      return expression(scalarExpression(type.name, SCRATCH.result));
    case 'pointer':
    case 'buffer':
    case 'function':
      return expression(`u64[${SCRATCH.result / 8}]`);
    case 'string':
      if (type.encoding !== 'utf8' || type.free !== undefined) return undefined;
      return {
        memory: 'let lastText;',
        read: 'if (text === undefined) return lastText;\n    if (text !== null) lastText = text;\n    return text;',
        call: 'callForText()',
      };
    case 'structure': {
      const object = structureExpression(type);
      return object === undefined ? undefined : expression(object);
    }
    default:
      return undefined;
  }
}

function expression(text: string): ResultCode {
  return { memory: '', read: `return ${text};`, call: 'call()' };
}

/** Bits of a word beyond the type may be anything. */
export function scalarExpression(type: ScalarName, at: number): string {
  const low = `i32[${at / 4}]`;
  switch (type) {
    case 'bool':
      return `(${low} & 255) !== 0`;
    case 'i8':
      return `${low} << 24 >> 24`;
    case 'u8':
      return `${low} & 255`;
    case 'char':
      return isCharSigned ? `${low} << 24 >> 24` : `${low} & 255`;
    case 'i16':
      return `${low} << 16 >> 16`;
    case 'u16':
      return `${low} & 65535`;
    case 'i32':
      return low;
    case 'u32':
      return `u32[${at / 4}]`;
    case 'f32':
      return `f32[${at / 4}]`;
    case 'f64':
      return `f64[${at / 8}]`;
    case 'i64':
    case 'isize':
      return `i64[${at / 8}]`;
    default:
      return `u64[${at / 8}]`;
  }
}

function structureExpression({ fields }: Structure): string | undefined {
  const members = fields.map(({ name, type, offset, bits }) => {
    const at = SCRATCH.result + offset;
    const isPlain =
      type.kind === 'scalar' && bits === undefined && at % Math.max(type.size, 4) === 0;
    // A name like __proto__ would mean something else without the brackets.
    return isPlain ? `[${JSON.stringify(name)}]: ${scalarExpression(type.name, at)}` : undefined;
  });
  return members.includes(undefined) ? undefined : `{ ${members.join(', ')} }`;
}
