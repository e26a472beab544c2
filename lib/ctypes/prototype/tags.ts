// Structures, unions and enumerations: `struct name { ... }`.

import { readAttributes, skipAttributes, type Attributes } from './attributes';
import type { Grammar } from './grammar';
import type { Body, Declared, EnumBody, MemberSyntax, Specifiers, Syntax, Tag } from './syntax';

/** The kind of tag that a keyword begins. */
export function tagKind(word: string): Tag['kind'] | undefined {
  return word === 'struct' || word === 'union' || word === 'enum' ? word : undefined;
}

/** What follows the keyword. */
export function parseTag(grammar: Grammar, kind: Tag['kind']): Syntax {
  const { cursor, scope } = grammar;
  const before = readAttributes(grammar);
  const { at } = cursor.token;
  const name = cursor.token.kind === 'name' ? cursor.next().text : undefined;
  if (!cursor.at('{')) {
    if (name === undefined) throw cursor.unexpected('a name or "{"');
    return scope.tag(kind, name, at);
  }
  const tag = declareTag(grammar, kind, name, at);
  const body = kind === 'enum' ? parseEnum(grammar) : parseBody(grammar, before);
  // A structure of this name can have been declared between the braces.
  if (tag.body !== undefined) throw cursor.source.error(at, `${nameOfTag(tag)} is declared twice`);
  tag.body = body;
  return { kind: 'tag', tag, at };
}

export function nameOfTag({ kind, name }: Tag): string {
  return name === undefined ? `the ${kind}` : `${kind} ${name}`;
}

/** A declaration here stands before a type of the same name that was given from outside. */
function declareTag(grammar: Grammar, kind: Tag['kind'], name: string | undefined, at: number) {
  const { cursor, scope } = grammar;
  const known = name === undefined ? undefined : scope.tags.get(name);
  if (known !== undefined && (known.kind !== kind || known.body !== undefined)) {
    throw cursor.source.error(at, `${nameOfTag(known)} is declared twice`);
  }
  const tag: Tag = known ?? { kind, name, at };
  if (name !== undefined) scope.tags.set(name, tag);
  return tag;
}

function parseBody(grammar: Grammar, before: Attributes): Body {
  const { cursor, pack } = grammar;
  const { at } = cursor.next();
  const members: MemberSyntax[] = [];
  cursor.nested(() => {
    while (!cursor.at('}')) parseMembers(grammar, members);
  });
  cursor.next();
  const { packed, align } = merge(before, readAttributes(grammar));
  if (members.length === 0) throw cursor.source.error(at, 'a structure without members');
  return { members, packed, align, pack, at };
}

function merge(one: Attributes, other: Attributes): Attributes {
  const align = Math.max(one.align ?? 0, other.align ?? 0);
  return { packed: one.packed || other.packed, align: align === 0 ? undefined : align };
}

function parseMembers(grammar: Grammar, members: MemberSyntax[]): void {
  const { cursor } = grammar;
  if (cursor.accept(';')) return;
  skipAttributes(grammar);
  const specifiers = grammar.specifiers();
  if (cursor.at(';')) addAnonymous(grammar, specifiers, members);
  else {
    do addMember(grammar, specifiers, members);
    while (cursor.accept(','));
  }
  cursor.expect(';');
}

// Without a name, a structure without a tag is a member, and one with a tag is only declared.
function addAnonymous({ cursor }: Grammar, { type, at }: Specifiers, members: MemberSyntax[]) {
  if (type.kind !== 'tag') throw cursor.unexpected('the name of a member');
  const { kind, name, body } = type.tag;
  if (kind === 'enum' || name !== undefined || body === undefined) return;
  members.push({ name: undefined, type, width: undefined, at });
}

function addMember(grammar: Grammar, { type: base }: Specifiers, members: MemberSyntax[]): void {
  const { cursor } = grammar;
  const declared: Declared = grammar.declarator(base);
  const width = cursor.accept(':') ? grammar.constant() : undefined;
  skipAttributes(grammar);
  const { name, at, type } = declared;
  if (name === undefined && width === undefined) throw cursor.unexpected('the name of a member');
  if (name !== undefined && members.some((member) => member.name === name)) {
    throw cursor.source.error(at, `a second member "${name}"`);
  }
  members.push({ name, type, width, at });
}

function parseEnum(grammar: Grammar): EnumBody {
  const { cursor } = grammar;
  const { at } = cursor.next();
  const values = new Map<string, number>();
  let next = 0;
  while (!cursor.at('}')) {
    const { name, value } = parseEnumerator(grammar, next);
    values.set(name, value);
    next = value + 1;
    if (!cursor.accept(',')) break;
  }
  cursor.expect('}', ' or ","');
  readAttributes(grammar);
  if (values.size === 0) throw cursor.source.error(at, 'an enumeration without names');
  return { values };
}

function parseEnumerator(grammar: Grammar, next: number): { name: string; value: number } {
  const { cursor, scope } = grammar;
  const { kind, text: name, at } = cursor.token;
  if (kind !== 'name') throw cursor.unexpected('a name');
  cursor.next();
  skipAttributes(grammar);
  const value = cursor.accept('=') ? grammar.constant() : next;
  if (!Number.isSafeInteger(value))
    throw cursor.source.error(at, `the value of "${name}" is too large`);
  if (scope.constants.has(name)) throw cursor.source.error(at, `a second constant "${name}"`);
  scope.constants.set(name, BigInt(value));
  return { name, value };
}
