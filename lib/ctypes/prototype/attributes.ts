// `__attribute__((...))` and its like. Only what changes the layout of a type is kept.

import type { Grammar } from './grammar';
import type { Token } from './tokens';

export interface Attributes {
  packed: boolean;
  align: number | undefined;
}

// What `__attribute__((aligned))` without a number means.
const LARGEST_ALIGNMENT = 16;

const CHANGES_TYPE = new Set(['vector_size', 'ext_vector_type', 'mode', 'ms_abi', 'ms_struct']);

/** Reads the attributes that are next, if any. */
export function readAttributes(grammar: Grammar): Attributes {
  const attributes: Attributes = { packed: false, align: undefined };
  while (readOne(grammar, attributes));
  return attributes;
}

/** Attributes of something whose layout cannot be changed alone. */
export function skipAttributes(grammar: Grammar): void {
  const { at } = grammar.cursor.token;
  const { packed, align } = readAttributes(grammar);
  if (!packed && align === undefined) return;
  throw grammar.cursor.source.error(
    at,
    'the alignment of a single member or variable cannot be changed',
  );
}

function readOne(grammar: Grammar, attributes: Attributes): boolean {
  const { cursor } = grammar;
  switch (cursor.token.text) {
    case '__attribute__':
    case '__attribute':
      cursor.next();
      readList(grammar, attributes);
      return true;
    case '__declspec':
      cursor.next();
      if (!cursor.at('(')) throw cursor.unexpected('"("');
      cursor.skipBrackets();
      return true;
    case '_Alignas':
    case 'alignas':
      cursor.next();
      readAlignment(grammar, attributes);
      return true;
    case '[':
      if (cursor.second.text !== '[') return false;
      cursor.skipBrackets();
      return true;
    case '__asm__':
    case '__asm':
    case 'asm':
      throw cursor.source.error(cursor.token.at, 'a symbol that asm renames is written by hand');
    default:
      return false;
  }
}

function readList(grammar: Grammar, attributes: Attributes): void {
  const { cursor } = grammar;
  cursor.expect('(');
  cursor.expect('(');
  while (!cursor.at(')')) {
    if (cursor.token.kind === 'name') readNamed(grammar, attributes, cursor.next());
    else cursor.expect(',', ' or ")"');
  }
  cursor.expect(')');
  cursor.expect(')');
}

function readNamed(grammar: Grammar, attributes: Attributes, token: Token): void {
  const { cursor } = grammar;
  const name = token.text.replace(/^__(.*)__$/, '$1');
  if (CHANGES_TYPE.has(name)) throw cursor.source.error(token.at, `${name} is not supported`);
  if (name === 'packed') attributes.packed = true;
  if (name === 'aligned') {
    if (cursor.at('(')) readAlignment(grammar, attributes);
    else attributes.align = LARGEST_ALIGNMENT;
  } else if (cursor.at('(')) {
    cursor.skipBrackets();
  }
}

function readAlignment(grammar: Grammar, attributes: Attributes): void {
  const { cursor } = grammar;
  cursor.expect('(');
  const { at } = cursor.token;
  const align = grammar.constant();
  if (align < 1 || align > 4096 || (align & (align - 1)) !== 0) {
    throw cursor.source.error(at, `an alignment is a power of two up to 4096, not ${align},`);
  }
  attributes.align = Math.max(align, attributes.align ?? 1);
  cursor.expect(')');
}
