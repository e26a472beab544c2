// The code of a C function that calls JavaScript: reads the arguments, calls, writes the result.
//
// As with calls, what it does not know is left to the codecs: `slow` does the whole of it.

import { Script } from 'node:vm';
import type { NativePlaceOfArgument } from '../../binding';
import { keyOf } from '../ctypes/key';
import type { Callback, Type } from '../ctypes/type';
import { scalarCode } from './compile-arguments';
import { scalarExpression } from './compile-result';
import { SCRATCH } from './scratch';

type Callee = (...values: unknown[]) => unknown;

/** What the code needs to know about one callback. */
export interface CallbackTools {
  /** The function to call; undefined when nobody uses the callback at the moment. */
  readonly current: () => Callee | undefined;
  /** Does everything. */
  readonly slow: () => void;
  /** Writes what the callee returned, or throws. */
  readonly finish: (callee: Callee, value: unknown) => void;
}

type Factory = (tools: Omit<typeof SCRATCH, 'memory'>, own: CallbackTools) => () => void;

/** Run anew for each callback: what the engine learns about one is not true of another. */
const scripts = new Map<string, Script | undefined>();

/** Undefined for types that only the codecs know. */
export function compileCallback(
  type: Callback,
  places: readonly NativePlaceOfArgument[],
  own: CallbackTools,
): (() => void) | undefined {
  const key = keyOf(type);
  if (!scripts.has(key)) scripts.set(key, makeScript(type, places));
  const factory = scripts.get(key)?.runInThisContext() as Factory | undefined;
  return factory?.(SCRATCH, own);
}

function makeScript(type: Callback, places: readonly NativePlaceOfArgument[]): Script | undefined {
  const values = type.arguments.map((argument, index) =>
    argumentExpression(argument, places[index]),
  );
  if (values.includes(undefined)) return undefined;
  const result = resultStatements(type.return);
  if (result === undefined) return undefined;
  const source = `(function (tools, own) {
  'use strict';
  const { i32, u32, f32, f64, i64, u64 } = tools;
  const { current, slow, finish } = own;
  const { asIntN, asUintN } = BigInt;
  const { isSafeInteger } = Number;
  return function () {
    const callee = current();
    if (callee === undefined) return slow();
    const value = callee(${values.join(', ')});
    ${result}
  };
})`;
  return new Script(source, { filename: 'dynamic-reload-callback' });
}

function argumentExpression(
  type: Type,
  place: NativePlaceOfArgument | undefined,
): string | undefined {
  const [move] = place?.moves ?? [];
  if (move === undefined || place?.byReference === true) return undefined;
  const at = SCRATCH.callbackRegisters + move.to;
  switch (type.kind) {
    case 'scalar':
      return scalarExpression(type.name, at);
    case 'pointer':
    case 'buffer':
    case 'function':
      return `u64[${at / 8}]`;
    default:
      return undefined;
  }
}

/** Any value that does not fit goes to `finish`, which says so. */
function resultStatements(type: Type): string | undefined {
  if (type.kind === 'void') return '';
  if (type.kind !== 'scalar') return undefined;
  const { check, store } = scalarCode(
    type.name,
    'value',
    SCRATCH.callbackResult,
    'return finish(callee, value);',
  );
  return `${check}\n    ${store}`;
}
