// C text that is read, and what is said about mistakes in it.

import { distance } from 'fastest-levenshtein';
import { DynamicReloadTypeError } from '../../errors';

/** How much of a line a message shows. */
const WIDTH = 96;

export class Source {
  readonly text: string;
  /** What messages begin with, such as `Symbol "add"`. */
  readonly #subject: string;

  constructor(text: string, subject: string) {
    this.text = text;
    this.#subject = subject;
  }

  /** ERR_SYMBOL_DEFINITION, which shows the place. */
  error(at: number, problem: string, hint = ''): Error {
    const start = this.text.slice(0, at).lastIndexOf('\n') + 1;
    const place = `${this.#lineOf(start)}column ${at - start + 1}`;
    const message = `${this.#subject}: ${problem} at ${place}${hint}\n${this.#show(start, at)}`;
    return new DynamicReloadTypeError('ERR_SYMBOL_DEFINITION', message);
  }

  #lineOf(start: number): string {
    if (!this.text.includes('\n')) return '';
    return `line ${this.text.slice(0, start).split('\n').length}, `;
  }

  // The part of the line around the place, and a caret below it.
  #show(start: number, at: number): string {
    const first = Math.max(start, at - WIDTH / 2);
    const [line = ''] = this.text.slice(first, first + WIDTH).split('\n');
    return `  ${line.replace(/\p{C}/gu, ' ')}\n  ${' '.repeat(at - first)}^`;
  }
}

/** What may have been meant by a name, as the end of a message. */
export function suggest(name: string, known: Iterable<string>): string {
  const limit = Math.max(1, Math.floor(name.length / 2));
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    // A much longer or shorter name is further away than the limit, and costly to compare.
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const away = distance(name, candidate);
    if (away < least) [best, least] = [candidate, away];
  }
  return best === undefined ? '' : `; did you mean "${best}"?`;
}
