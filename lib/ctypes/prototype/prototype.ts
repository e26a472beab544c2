// A C prototype, or the declaration of a variable, as the definition of a symbol.

import { DynamicReloadTypeError, describe } from '../../errors';
import { toType } from '../made';
import { TypeBuilder, type ParsedDefinition } from './builder';
import { Parser, type Declaration } from './parser';
import { Scope, type DeclaredTypes } from './scope';
import { Source } from './source';

/** What a prototype says. */
export interface Prototype {
  /** The name that it declares. */
  readonly name: string;
  readonly definition: ParsedDefinition;
}

/**
 * Reads one declaration, such as `int add(int a, int b)` or `extern unsigned long counter`.
 *
 * @param types what it may name besides C's own types, by tag or typedef name
 * @param subject what a message begins with, such as `Symbol "add"`
 * @throws ERR_SYMBOL_DEFINITION, which shows the place in the text
 */
export function parsePrototype(
  text: string,
  types: DeclaredTypes = {},
  subject = 'Prototype',
): Prototype {
  const source = new Source(checkText(text, subject), subject);
  const scope = new Scope(checkTypes(types, subject));
  const parser = new Parser(source, scope);
  const { name, type, at } = parseOnly(parser);
  const builder = new TypeBuilder(source, scope);
  const definition = builder.definition(type, at);
  builder.finish();
  return { name, definition };
}

/** A text has one declaration of one symbol. */
function parseOnly(parser: Parser): Declaration {
  const { cursor } = parser;
  const { at } = cursor.token;
  const [declaration, second] = parser.declarations();
  if (declaration === undefined) throw cursor.unexpected('the name of a symbol');
  if (second !== undefined) throw cursor.source.error(second.at, 'a second symbol');
  if (declaration.storage === 'typedef') throw cursor.source.error(at, 'a typedef is no symbol');
  cursor.accept(';');
  if (cursor.token.kind !== 'end') throw cursor.unexpected('the end');
  return declaration;
}

/** The text to read, of callers without type checks too. */
export function checkText(text: unknown, subject: string): string {
  if (typeof text === 'string') return text;
  const problem = `${subject}: a C declaration is a string, not ${describe(text)}`;
  throw new DynamicReloadTypeError('ERR_SYMBOL_DEFINITION', problem);
}

function checkTypes(types: unknown, subject: string): DeclaredTypes {
  if (typeof types !== 'object' || types === null) {
    const problem = `${subject}: types are an object, not ${describe(types)}`;
    throw new DynamicReloadTypeError('ERR_SYMBOL_DEFINITION', problem);
  }
  const entries = Object.entries(types);
  for (const [name, type] of entries) toType(type, `${subject}: types: "${name}"`);
  return Object.fromEntries(entries);
}
