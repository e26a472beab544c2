// The preprocessor lines that matter: constants, and how members are packed. All others are skipped.

import { DynamicReloadTypeError } from '../../errors';
import type { Parser } from './parser';
import type { Token } from './tokens';

/** A name and a text behind it. A macro with parameters has its parenthesis right after the name. */
const DEFINE = /^#\s*define\s+([A-Za-z_$][\w$]*)\s+(\S.*)$/s;
const PACK = /^#\s*pragma\s+pack\s*\(([^)]*)\)/;
const ALIGNMENTS: readonly string[] = ['1', '2', '4', '8', '16'];

export class Preprocessor {
  readonly #parser: Parser;
  readonly #evaluate: (text: string) => bigint;
  readonly #packs: (number | undefined)[] = [];

  constructor(parser: Parser, evaluate: (text: string) => bigint) {
    this.#parser = parser;
    this.#evaluate = evaluate;
  }

  handle({ text, at }: Token): void {
    const line = text.replaceAll(/\\\r?\n/g, ' ').trimEnd();
    const [, name, value = ''] = DEFINE.exec(line) ?? [];
    if (name !== undefined) this.#define(name, value);
    const [, argument] = PACK.exec(line) ?? [];
    if (argument !== undefined) this.#pack(argument, at);
  }

  // Most macros are no numbers.
  #define(name: string, value: string): void {
    try {
      this.#parser.scope.constants.set(name, this.#evaluate(value));
    } catch (error) {
      if (!(error instanceof DynamicReloadTypeError)) throw error;
    }
  }

  // `push`, `pop`, `push, 1`, `1`, or nothing at all.
  #pack(argument: string, at: number): void {
    const words = argument.split(',').map((word) => word.trim());
    const [first = '', number = first] = words;
    if (first === 'push') this.#packs.push(this.#parser.pack);
    if (first === 'pop') this.#parser.pack = this.#packs.pop();
    else if (ALIGNMENTS.includes(number)) this.#parser.pack = Number(number);
    else if (number === '') this.#parser.pack = undefined;
    else if (number !== 'push')
      throw this.#parser.cursor.source.error(at, 'a pack that is unknown');
  }
}
