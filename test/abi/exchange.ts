// A compiled fixture, and the words that go to it and come from it beside the values.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamicReload, type SymbolDefinitions } from '../../lib';
import { compile } from '../support/compiler';
import type { FixtureFunction, Signature } from './functions';
import { sourceOf } from './functions';

const WORDS = 1024;

type Call = (...values: readonly unknown[]) => unknown;

/** What both sides said about one call: equal, unless something got lost on the way. */
export interface Exchanged {
  readonly given: readonly bigint[];
  readonly arrived: readonly bigint[];
}

export class Exchange {
  /** Functions and variables, as a program without type checks sees them. */
  symbols: Record<string, unknown> = {};
  readonly #received = new BigUint64Array(WORDS);
  readonly #sent = new BigUint64Array(WORDS);

  /** To be called with what the fixture calls so. */
  attach(symbols: Record<string, unknown>): void {
    this.symbols = symbols;
    this.function('attach')(this.#received, this.#sent);
  }

  function(name: string): Call {
    return this.symbols[name] as Call;
  }

  /** What C will take. */
  send(words: readonly bigint[]): void {
    this.#sent.set(words);
  }

  /** What C has put since it began. */
  get received(): bigint[] {
    return [...this.#received.subarray(1, 1 + Number(this.#received[0]))];
  }

  /** Calls a `callee`: it receives the values and returns `answer`. */
  call(
    name: string,
    signature: Signature,
    values: readonly unknown[],
    answer?: unknown,
  ): Exchanged {
    const sent = signature.result?.words(answer) ?? [];
    this.send(sent);
    const result = this.function(name)(...values);
    const returned = signature.result?.words(result) ?? [];
    return {
      given: [...wordsOf(signature, values), ...sent],
      arrived: [...this.received, ...returned],
    };
  }

  /** Calls a `caller`: it passes the values to a callback that returns `answer`. */
  callBack(
    name: string,
    signature: Signature,
    values: readonly unknown[],
    answer?: unknown,
  ): Exchanged {
    const sent = wordsOf(signature, values);
    this.send(sent);
    let came: readonly unknown[] = [];
    this.function(name)((...args: readonly unknown[]) => {
      came = args;
      return answer;
    });
    return {
      given: [...sent, ...(signature.result?.words(answer) ?? [])],
      arrived: [...wordsOf(signature, came), ...this.received],
    };
  }
}

function wordsOf({ parameters }: Signature, values: readonly unknown[]): bigint[] {
  return parameters.flatMap((kind, index) => kind.words(values[index]));
}

/** Older compilers passed some structures in other ways, as this one likes to tell. */
const QUIET = ['-w', '-Wno-psabi', '-Wno-packed-bitfield-compat'];

export interface FixtureOptions {
  readonly flags?: readonly string[];
  /** What the source has besides functions. */
  readonly further?: readonly Pick<FixtureFunction, 'source' | 'kinds'>[];
  readonly symbols?: SymbolDefinitions;
}

/** Compiles the functions and adds them as a library before the tests of a file. */
export function useFixture(
  functions: readonly FixtureFunction[],
  { flags = ['-O2', '-lm'], further = [], symbols = {} }: FixtureOptions = {},
): Exchange {
  const exchange = new Exchange();
  const reloader = new DynamicReload();
  const directory = mkdtempSync(path.join(tmpdir(), 'dynamic-reload-abi-'));
  beforeAll(() => {
    const source = sourceOf([...further, ...functions]);
    const file = compile(source, path.join(directory, 'libabi.so'), {
      flags: [...QUIET, ...flags],
    });
    const definitions: SymbolDefinitions = {
      attach: { arguments: ['buffer', 'buffer'] },
      ...Object.fromEntries(functions.map(({ name, definition }) => [name, definition])),
      ...symbols,
    };
    exchange.attach(reloader.addLibrarySync(file, { symbols: definitions }).symbols);
  });
  afterAll(async () => {
    await reloader.close();
    rmSync(directory, { recursive: true });
  });
  return exchange;
}
