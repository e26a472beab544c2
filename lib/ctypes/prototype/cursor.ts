// Walks over the tokens of a text.

import type { Source } from './source';
import { tokenize, type Token } from './tokens';

/** Deeper nesting is not C that somebody wrote, and would exhaust the stack. */
const MAX_DEPTH = 48;

export const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

export class Cursor {
  readonly source: Source;
  readonly #tokens: readonly Token[];
  readonly #onDirective: ((directive: Token) => void) | undefined;
  #position = 0;
  #depth = 0;

  /**
   * `onDirective` is told of every preprocessor line when the tokens before it are used up. Without
   * it there must be none.
   */
  constructor(source: Source, onDirective?: (directive: Token) => void) {
    this.source = source;
    this.#tokens = tokenize(source);
    this.#onDirective = onDirective;
  }

  get token(): Token {
    for (;;) {
      const token = this.#tokens[this.#position] ?? this.#end;
      if (token.kind !== 'directive') return token;
      if (this.#onDirective === undefined) throw this.source.error(token.at, 'a preprocessor line');
      this.#position++;
      this.#onDirective(token);
    }
  }

  /** The token after the next one. */
  get second(): Token {
    const rest = this.#tokens.slice(this.#position + 1, this.#position + 9);
    return rest.find(({ kind }) => kind !== 'directive') ?? this.#end;
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.#position++;
    return token;
  }

  /** Whether a symbol or a word is next. */
  at(text: string): boolean {
    return this.token.text === text;
  }

  accept(text: string): boolean {
    const accepted = this.at(text);
    if (accepted) this.next();
    return accepted;
  }

  expect(text: string, why = ''): void {
    if (!this.accept(text)) throw this.unexpected(`"${text}"${why}`);
  }

  unexpected(wanted: string): Error {
    return this.source.error(this.token.at, `${wanted} is expected, not ${this.#found()}`);
  }

  /** Goes past an opening bracket and everything up to the one that closes it. */
  skipBrackets(): void {
    const opening = this.next();
    const closing: string[] = [CLOSING[opening.text] ?? ''];
    while (closing.length > 0) {
      const { kind, text } = this.next();
      if (kind === 'end') throw this.source.error(opening.at, `"${opening.text}" is not closed`);
      if (text === closing.at(-1)) closing.pop();
      else if (kind === 'symbol' && text in CLOSING) closing.push(CLOSING[text] ?? '');
    }
  }

  /** Does something that may come back to itself. */
  nested<T>(parse: () => T): T {
    if (this.#depth === MAX_DEPTH) throw this.source.error(this.token.at, 'nested too deeply');
    this.#depth++;
    const result = parse();
    this.#depth--;
    return result;
  }

  get #end(): Token {
    return this.#tokens.at(-1) ?? { kind: 'end', text: '', at: 0 };
  }

  #found(): string {
    const { kind, text } = this.token;
    return kind === 'end' ? 'the end' : JSON.stringify(text.slice(0, 40)).replaceAll('\\"', '"');
  }
}
