// A block of C declarations, such as a header: types, symbols and constants.

import type { AnyType } from '../values';
import { isValue, TypeBuilder, type ParsedDefinition } from './builder';
import { parseExpression } from './expression';
import type { Cdef } from './literal-cdef';
import { Parser, type Declaration } from './parser';
import { Preprocessor } from './preprocessor';
import { checkText } from './prototype';
import { Scope } from './scope';
import { Source } from './source';

/**
 * Reads the declarations of a C header.
 *
 * - `types`: structures, unions and enumerations by tag, and all types by typedef name
 * - `symbols`: functions and variables, for `addLibrary(name, { symbols })`
 * - `constants`: names of enumerations, and macros that are integers
 *
 * Nothing is included and no macro is replaced: other preprocessor lines are skipped, and so are the
 * bodies of functions. A `static` function is no symbol, since libraries do not export it.
 *
 * @throws ERR_SYMBOL_DEFINITION, which shows the place in the text
 */
export function cdef<const Text extends string>(text: Text): Cdef<Text> {
  return new Block(checkText(text, 'cdef')).read() as unknown as Cdef<Text>;
}

class Block {
  readonly #source: Source;
  readonly #scope = new Scope({});
  readonly #parser: Parser;
  readonly #declarations = new Map<string, Declaration>();
  /** How many `extern "C" {` are open. */
  #braces = 0;

  constructor(text: string) {
    this.#source = new Source(text, 'cdef');
    this.#parser = new Parser(this.#source, this.#scope, (line) => preprocessor.handle(line));
    const preprocessor = new Preprocessor(this.#parser, (value) => evaluate(value, this.#scope));
  }

  read(): Record<'types' | 'symbols' | 'constants', object> {
    const { cursor } = this.#parser;
    while (cursor.token.kind !== 'end') this.#readOne();
    if (this.#braces > 0) throw cursor.unexpected('"}"');
    const builder = new TypeBuilder(this.#source, this.#scope);
    const types = this.#types(builder);
    const symbols = this.#symbols(builder);
    builder.finish();
    return { types, symbols, constants: this.#constants() };
  }

  #readOne(): void {
    const { cursor } = this.#parser;
    if (cursor.at('extern') && cursor.second.kind === 'string') {
      cursor.next();
      cursor.next();
      if (cursor.accept('{')) this.#braces++;
    } else if (this.#braces > 0 && cursor.accept('}')) {
      this.#braces--;
    } else if (cursor.at('_Static_assert') || cursor.at('static_assert')) {
      cursor.next();
      cursor.skipBrackets();
    } else if (!cursor.accept(';')) {
      this.#readDeclarations();
    }
  }

  #readDeclarations(): void {
    const { cursor } = this.#parser;
    const declarations = this.#parser.declarations();
    for (const declaration of declarations) {
      if (declaration.storage === undefined) this.#declarations.set(declaration.name, declaration);
    }
    if (cursor.at('{') && declarations.at(-1)?.type.kind === 'function') cursor.skipBrackets();
    else cursor.expect(';');
  }

  // What only pointers can lead to has no type of its own.
  #types(builder: TypeBuilder): Record<string, AnyType> {
    const { tags, typedefs } = this.#scope;
    const types = new Map<string, AnyType>();
    for (const [name, tag] of tags) {
      if (tag.body !== undefined) types.set(name, builder.tag(tag, tag.at));
    }
    for (const [name, { type, at }] of typedefs) {
      if (isValue(type)) types.set(name, builder.value(type, at));
    }
    return Object.fromEntries(types);
  }

  #symbols(builder: TypeBuilder): Record<string, ParsedDefinition> {
    const symbols = [...this.#declarations.values()].map(
      ({ name, type, at }) => [name, builder.definition(type, at)] as const,
    );
    return Object.fromEntries(symbols);
  }

  #constants(): Record<string, number | bigint> {
    const constants = [...this.#scope.constants].map(([name, value]) => {
      const number = Number(value);
      return [name, Number.isSafeInteger(number) ? number : value] as const;
    });
    return Object.fromEntries(constants);
  }
}

/** The value of a macro. */
function evaluate(text: string, scope: Scope): bigint {
  const source = new Source(text, 'macro');
  const parser = new Parser(source, scope);
  const value = parseExpression(parser);
  if (parser.cursor.token.kind !== 'end') throw parser.cursor.unexpected('the end');
  return value;
}
