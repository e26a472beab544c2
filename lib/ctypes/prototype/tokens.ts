// Takes C text apart into tokens.

import type { Source } from './source';

export interface Token {
  /** A directive is a whole preprocessor line. The end is a token too. */
  readonly kind: 'name' | 'number' | 'character' | 'string' | 'directive' | 'symbol' | 'end';
  readonly text: string;
  /** Where it begins in the text. */
  readonly at: number;
}

// The unclosed forms come last. A literal that is not closed ends with its line, so that no text
// makes the search start again and again.
const COMMENT_OR_LITERAL =
  /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|\/\*/g;

const SPACE = /(?:\s|\\\r?\n)+/y;

const FORMS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['name', /[A-Za-z_$][\w$]*/y],
  ['number', /\.?\d(?:[eEpP][+-]|[\w.])*/y],
  ['string', /"(?:[^"\\\n]|\\.)*"?/y],
  ['character', /'(?:[^'\\\n]|\\.)*'?/y],
  ['directive', /#(?:\\\r?\n|[^\n])*/y],
  ['symbol', /\.\.\.|<<|>>|[^]/y],
];

/** Any text has tokens, unless a comment has no end. The last token is the end. */
export function tokenize(source: Source): Token[] {
  const text = blankComments(source);
  const tokens: Token[] = [];
  let at = skip(text, 0);
  while (at < text.length) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at = skip(text, at + token.text.length);
  }
  return [...tokens, { kind: 'end', text: '', at: text.trimEnd().length }];
}

function skip(text: string, at: number): number {
  SPACE.lastIndex = at;
  return at + (SPACE.exec(text)?.[0].length ?? 0);
}

function tokenAt(text: string, at: number): Token {
  for (const [kind, form] of FORMS) {
    form.lastIndex = at;
    const match = form.exec(text);
    if (match !== null) return { kind, text: match[0], at };
  }
  throw new RangeError(`nothing at ${at}`);
}

/** Every other character stays where it is. */
function blankComments(source: Source): string {
  return source.text.replace(COMMENT_OR_LITERAL, (found, at: number) => {
    if (found === '/*') throw source.error(at, 'a comment without an end');
    return found.startsWith('/') ? ' '.repeat(found.length) : found;
  });
}
