// A function made for one signature: it checks its arguments, writes them where the call takes them
// from, and crosses into native code once, without arguments and without a result.
//
// What it does not know, or does not like, it leaves to the interpreter, which throws the errors. So
// each of the two has to be right only about what it accepts.

import { Script } from 'node:vm';
import type { NativeCalls } from '../../binding';
import { keyOf } from '../ctypes/key';
import { native } from '../native';
import type { ArgumentCode } from './argument-code';
import { NO_BYTES, smallBytesOf } from './buffers';
import type { Call } from './codec';
import { argumentCode } from './compile-arguments';
import { resultCode, type ResultCode } from './compile-result';
import { checkStatus, type Target, type WriteAll } from './interpreter';
import type { Plan } from './plan';
import { BAD_VALUE, SCRATCH } from './scratch';
import { transport } from './transport';

/** What the code of every function can use. */
interface Tools extends Omit<typeof SCRATCH, 'memory'> {
  readonly calls: NativeCalls;
  readonly call: () => void;
  readonly NO_BYTES: Uint8Array;
  readonly smallBytesOf: (buffer: unknown) => Uint8Array;
}

/** What the code of one function knows about it. */
interface Own {
  readonly index: number;
  /** Does the whole call, or throws. */
  readonly slow: (values: ArrayLike<unknown>) => unknown;
  readonly check: () => void;
}

type Factory = (tools: Tools, own: Own) => Call;

/** Undefined for types that the code knows nothing of. */
const scripts = new Map<string, Script | undefined>();

const tools: Tools = {
  ...SCRATCH,
  calls: native.calls,
  call: transport.call,
  NO_BYTES,
  smallBytesOf,
};

/** Undefined for a signature that only `interpreted` can call, which does everything. */
export function compile({ index, plan }: Target, interpreted: Call): Call | undefined {
  return factoryFor(
    'call',
    plan,
    makeCaller,
  )?.(tools, {
    index,
    slow: (values) => {
      SCRATCH.u32[SCRATCH.status / 4] = 0;
      return interpreted(...Array.from(values));
    },
    check: () => {
      checkStatus(index);
    },
  });
}

/** Makes a function that only writes the arguments, and returns whether it did. */
export function compileWriter({ index, plan }: Target): WriteAll | undefined {
  const own: Own = { index, slow: () => false, check: () => undefined };
  return factoryFor('write', plan, makeWriter)?.(tools, own) as WriteAll | undefined;
}

/**
 * The code is compiled once for all functions that have the same types. Each function runs the script
 * anew, so that what the engine learns about the values of one does not slow another one down.
 */
function factoryFor(
  purpose: string,
  plan: Plan,
  make: (plan: Plan) => string | undefined,
): Factory | undefined {
  const types = [...plan.arguments.map(({ type }) => type), plan.result.type];
  const key = [purpose, ...types.map((type) => keyOf(type))].join(';');
  if (!scripts.has(key)) {
    const source = make(plan);
    scripts.set(key, source === undefined ? undefined : toScript(source));
  }
  return scripts.get(key)?.runInThisContext() as Factory | undefined;
}

function toScript(source: string): Script {
  return new Script(source, { filename: 'dynamic-reload-call' });
}

function makeCaller(plan: Plan): string | undefined {
  const codes = plan.arguments.map(argumentCode);
  const result = resultCode(plan.result.type);
  if (result === undefined || !isComplete(codes)) return undefined;
  if (codes.filter(({ isText }) => isText).length > 1) return undefined;
  return factorySource(codes, { memory: result.memory, rest: callSource(codes, result) });
}

// Not where buffers or texts would be remembered: those of a call on another thread are let go.
function makeWriter(plan: Plan): string | undefined {
  const codes = plan.arguments.map(argumentCode);
  if (!isComplete(codes) || codes.some(({ memory }) => memory !== '')) return undefined;
  return factorySource(codes, { memory: '', rest: 'return true;' });
}

function isComplete(codes: (ArgumentCode | undefined)[]): codes is ArgumentCode[] {
  return !codes.includes(undefined);
}

/** What the code of arguments and results uses. */
const NAMES = `const { i32, u32, f32, f64, i64, u64, call, NO_BYTES, smallBytesOf } = tools;
  const { callForText, callWithText, callAndKeepText, callWithKeptText } = tools.calls;
  const { putAddress } = tools.calls;
  const { index, slow, check } = own;
  const { asIntN, asUintN } = BigInt;
  const { isSafeInteger } = Number;
  const { isView } = ArrayBuffer;`;

/** A function that writes its arguments, and then does the `rest`. */
function factorySource(
  codes: readonly ArgumentCode[],
  { memory, rest }: { readonly memory: string; readonly rest: string },
): string {
  const names = codes.map((_, index) => `a${index}`);
  return `(function (tools, own) {
  'use strict';
  ${NAMES}
  ${codes.map((code) => code.memory).join('\n  ')}
  ${memory}
  return function (${names.join(', ')}) {
    if (arguments.length !== ${names.length}) return slow(arguments);
    ${codes.map(({ check }) => check).join('\n    ')}
    ${codes.map(({ store }) => store).join('\n    ')}
    ${rest}
  };
})`;
}

// `arguments` is used after the call, so C can have the addresses of buffers: they stay as long.
function callSource(codes: readonly ArgumentCode[], result: ResultCode): string {
  const crossing = codes.find(({ isText }) => isText)?.crossing ?? `text = ${result.call};`;
  return `u32[${SCRATCH.target / 4}] = index;
    let text;
    ${crossing.replaceAll('CALL', result.call)}
    if (u32[${SCRATCH.status / 4}] !== 0) {
      if (u32[${SCRATCH.status / 4}] === ${BAD_VALUE}) return slow(arguments);
      check();
    }
    ${result.read}`;
}
