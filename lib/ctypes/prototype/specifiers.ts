// The words before the declarators, in any order: `unsigned long int`, `const struct vec3`.

import type { NativeType } from '../values';
import { skipAttributes } from './attributes';
import type { Grammar } from './grammar';
import type { Specifiers, Syntax, Tag } from './syntax';
import { parseTag, tagKind } from './tags';
import type { Token } from './tokens';
import { IGNORED_WORDS, PLAIN, REFUSED, SIGNED, SYNONYMS, TYPE_WORDS, UNSIGNED } from './words';

/** What was met so far. */
interface Found {
  readonly words: string[];
  name?: Token;
  type?: Syntax;
  constant: boolean;
  storage: Specifiers['storage'];
}

export function parseSpecifiers(grammar: Grammar): Specifiers {
  const start = grammar.cursor.token;
  const found: Found = { words: [], constant: false, storage: undefined };
  while (takeOne(grammar, found));
  return { type: typeOf(grammar, found, start), storage: found.storage, at: start.at };
}

/** A qualifier of a pointer, or an attribute. Tells whether there was one. */
export function skipQualifier(grammar: Grammar): boolean {
  const { cursor } = grammar;
  const start = cursor.token;
  const word = plainSpelling(start.text, []);
  if (word === 'const' || IGNORED_WORDS.has(word)) cursor.next();
  else skipAttributes(grammar);
  return cursor.token !== start;
}

function takeOne(grammar: Grammar, found: Found): boolean {
  const { cursor } = grammar;
  const { token } = cursor;
  if (token.kind !== 'name') return skipQualifier(grammar);
  const word = plainSpelling(token.text, found.words);
  if (word === 'typedef' || word === 'static') found.storage = word;
  else if (word === 'const') found.constant = true;
  else if (!IGNORED_WORDS.has(word)) return takeType(grammar, found, word);
  cursor.next();
  return true;
}

function takeType(grammar: Grammar, found: Found, word: string): boolean {
  const { cursor } = grammar;
  const { token } = cursor;
  const { words, name, type } = found;
  const hasOther = name !== undefined || type !== undefined;
  if (word === 'void' || tagKind(word) !== undefined) {
    if (hasOther || words.length > 0) refuse(grammar, name ?? token);
    found.type = takeWhole(grammar, tagKind(word));
    return true;
  }
  if (TYPE_WORDS.has(word)) {
    if (hasOther) refuse(grammar, name ?? token);
    words.push(word);
  } else {
    if (skipQualifier(grammar)) return true;
    // A name behind a type is that of what is declared.
    if (hasOther || words.length > 0) return false;
    found.name = token;
  }
  cursor.next();
  return true;
}

/** A type that no further word can change. */
function takeWhole(grammar: Grammar, kind: Tag['kind'] | undefined): Syntax {
  const { at } = grammar.cursor.next();
  return kind === undefined ? { kind: 'void', at } : parseTag(grammar, kind);
}

// A macro of the header stands where a type does, and so does a word that is misspelled.
function refuse({ cursor, scope }: Grammar, token: Token): never {
  const type = scope.type(token.text, false, token.at);
  if (type.kind === 'opaque' && !scope.isType(token.text)) {
    throw cursor.source.error(token.at, type.problem, type.hint?.());
  }
  throw cursor.source.error(token.at, `"${token.text}" does not go with the other type`);
}

function typeOf(grammar: Grammar, found: Found, start: Token): Syntax {
  const { words, name, type, constant } = found;
  if (type !== undefined) return type;
  if (name !== undefined) return grammar.scope.type(name.text, constant, name.at);
  if (words.length === 0) throw grammar.cursor.unexpected('a type');
  const scalar = scalarOf(words);
  if (scalar !== undefined) return { kind: 'named', name: scalar, constant };
  const text = words.join(' ');
  return { kind: 'opaque', problem: REFUSED.get(text) ?? `"${text}" is no type`, at: start.at };
}

function scalarOf(words: readonly string[]): NativeType | undefined {
  const isSign = (word: string) => word === 'signed' || word === 'unsigned';
  const signs = words.filter(isSign);
  const rest = words.filter((word) => !isSign(word)).join(' ');
  const plain = isKey(PLAIN, rest) ? PLAIN[rest] : undefined;
  if (signs.length === 0 || plain === undefined) return plain;
  const table = signs[0] === 'signed' ? SIGNED : UNSIGNED;
  return signs.length === 1 && isKey(table, plain) ? table[plain] : undefined;
}

// `complex` is an ordinary name, except beside what it can belong to.
function plainSpelling(word: string, words: readonly string[]): string {
  if (word === 'complex' && !words.includes('float') && !words.includes('double')) return word;
  return isKey(SYNONYMS, word) ? SYNONYMS[word] : word;
}

function isKey<T extends object>(table: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(table, key);
}
