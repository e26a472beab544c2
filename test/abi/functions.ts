// C functions of any signature, which tell what they receive and return what they are told.

import { callback, type AnyType, type CType, type FunctionDefinition } from '../../lib';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Kind } from './kind';

export interface Signature {
  readonly parameters: readonly Kind[];
  /** Absent for void. */
  readonly result?: Kind;
}

/** A C function, and what the library is told about it. */
export interface FixtureFunction {
  readonly name: string;
  readonly source: string;
  readonly kinds: readonly Kind[];
  readonly definition: FunctionDefinition;
}

interface Types {
  readonly arguments: readonly AnyType[];
  readonly return: AnyType | 'void';
}

function typesOf({ parameters, result }: Signature): Types {
  return { arguments: parameters.map(({ type }) => type), return: result?.type ?? 'void' };
}

function kindsOf({ parameters, result }: Signature): Kind[] {
  return result === undefined ? [...parameters] : [...parameters, result];
}

function declareFunction({ parameters, result }: Signature, name: string): string {
  const list = parameters.map((kind, index) => kind.declare(`a${index}`)).join(', ');
  const declarator = `${name}(${list || 'void'})`;
  return result?.declare(declarator) ?? `void ${declarator}`;
}

/** Declares `place`, all zeros, and takes its value. */
function makeLocal(kind: Kind, place: string): string {
  return `${kind.declare(place)}; memset(&${place}, 0, sizeof ${place}); ${kind.take(place)}`;
}

/** Puts its arguments, takes its result. */
export function callee(name: string, signature: Signature): FixtureFunction {
  const { parameters, result } = signature;
  const puts = parameters.map((kind, index) => kind.put(`a${index}`)).join(' ');
  const end = result === undefined ? '' : `${makeLocal(result, 'result')} return result;`;
  return {
    name,
    source: `${declareFunction(signature, name)} { begin(); ${puts} ${end} }`,
    kinds: kindsOf(signature),
    definition: typesOf(signature),
  };
}

/** Takes the arguments of a callback, calls it, puts its result. */
export function caller(name: string, signature: Signature): FixtureFunction {
  const { parameters, result } = signature;
  const takes = parameters.map((kind, index) => makeLocal(kind, `a${index}`)).join(' ');
  const call = `callback(${parameters.map((_kind, index) => `a${index}`).join(', ')});`;
  const put =
    result === undefined ? call : `${result.declare('result')} = ${call} ${result.put('result')}`;
  return {
    name,
    source: `void ${name}(${declareFunction(signature, '(*callback)')}) { begin(); ${takes} ${put} }`,
    kinds: kindsOf(signature),
    definition: { arguments: [callback(typesOf(signature))] },
  };
}

/** Puts arguments of these kinds, which follow a number in a variadic call. */
export function variadic(name: string, kinds: readonly Kind[]): FixtureFunction {
  const puts = kinds.map((kind, index) => {
    const type = kind.promoted ?? kind.declare('');
    return `${kind.declare(`a${index}`)} = va_arg(list, ${type}); ${kind.put(`a${index}`)}`;
  });
  return {
    name,
    source:
      `void ${name}(int first, ...) { va_list list; begin(); put((uint64_t)first); ` +
      `va_start(list, first); ${puts.join(' ')} va_end(list); }`,
    kinds,
    definition: { arguments: ['i32'], variadic: true },
  };
}

/** Puts what it finds at an address, and takes what it leaves there. */
export function through(name: string, kind: Kind, type: CType): FixtureFunction {
  return {
    name,
    source: `void ${name}(${kind.declare('*at')}) { begin(); ${kind.put('(*at)')} ${kind.take('(*at)')} }`,
    kinds: [kind],
    definition: { arguments: [type] },
  };
}

const PRELUDE = readFileSync(path.join(__dirname, 'prelude.c'), 'utf8');

/** A whole source. Types that several pieces use are defined once. */
export function sourceOf(pieces: readonly Pick<FixtureFunction, 'source' | 'kinds'>[]): string {
  const definitions = new Set(
    pieces.flatMap(({ kinds }) => kinds.flatMap((kind) => kind.definitions)),
  );
  return [PRELUDE, ...definitions, ...pieces.map(({ source }) => source)].join('\n');
}
