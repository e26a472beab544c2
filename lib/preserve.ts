// Variables whose values the next version of a library gets.

import type { NativeExport, NativeImage } from '../binding';
import { describe } from './errors';
import { native } from './native';
import { readExports } from './symbol-diff';

/** Copies of variables, on their way from one version to another. */
export class PreservedVariables {
  readonly #names: readonly string[];
  readonly #values = new Map<string, Uint8Array>();
  readonly #refusals: string[] = [];

  /** `names` are those of the exports. */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Why some are not copied. */
  get refusals(): readonly string[] {
    return this.#refusals;
  }

  /** Takes the values out of a version, as far as one that is loaded from `nextPath` can get them. */
  take(image: NativeImage, nextPath: string): void {
    if (this.#names.length === 0) return;
    this.#values.clear();
    this.#refusals.length = 0;
    const [own, next] = [readExports(image.path), readExports(nextPath)];
    for (const name of this.#names) {
      const refusal =
        whyNot(own?.get(name), next?.get(name)) ?? this.#takeOne(image, name, own?.get(name));
      if (refusal !== undefined) this.#refusals.push(`"${name}" was not preserved: ${refusal}.`);
    }
  }

  /** Gives the values to a version. Cannot fail. */
  give(image: NativeImage): void {
    for (const [name, value] of this.#values) {
      const address = image.find(name, 'variable');
      if (address !== null) native.calls.writeMemory(address, value);
    }
  }

  #takeOne(image: NativeImage, name: string, { size } = { size: 0 }): string | undefined {
    const address = image.find(name, 'variable');
    if (address === null) return 'the old version does not export it';
    const value = allocate(size);
    if (value instanceof Error) return describe(value);
    native.calls.readMemory(address, value);
    if (image.isNamedIn(value)) return 'it has the address of something in the old version';
    this.#values.set(name, value);
    return undefined;
  }
}

/** Why one cannot become the other. */
function whyNot(old: NativeExport | undefined, next: NativeExport | undefined): string | undefined {
  if (old === undefined) return 'the old version does not export it';
  if (next === undefined) return 'the new version does not export it';
  for (const { kind } of [old, next]) {
    if (kind !== 'variable') return `it is no variable of the process but ${NAMES[kind]}`;
  }
  if (old.size !== next.size) return `it had ${old.size} bytes and has ${next.size} now`;
  return next.isWritable ? undefined : 'it is a constant in the new version';
}

const NAMES = {
  function: 'a function',
  'thread-local': 'thread-local',
  other: 'something else',
} as const;

/** Memory, or why there is not enough. */
function allocate(size: number): Uint8Array | Error {
  try {
    return new Uint8Array(size);
  } catch (error) {
    return error as Error;
  }
}
