// Reads declarations one after the other.

import { TypeBuilder } from './builder';
import { CLOSING, Cursor } from './cursor';
import { parseDeclarator } from './declarator';
import { parseExpression } from './expression';
import type { Grammar } from './grammar';
import type { Scope } from './scope';
import type { Source } from './source';
import { parseSpecifiers } from './specifiers';
import type { Declared, Specifiers, Syntax } from './syntax';
import type { Token } from './tokens';

/** Something with a name, outside any function. */
export interface Declaration extends Declared {
  readonly name: string;
  readonly storage: Specifiers['storage'];
}

export class Parser implements Grammar {
  readonly cursor: Cursor;
  readonly scope: Scope;
  pack: number | undefined;

  constructor(source: Source, scope: Scope, onDirective?: (directive: Token) => void) {
    this.cursor = new Cursor(source, onDirective);
    this.scope = scope;
  }

  specifiers(): Specifiers {
    return parseSpecifiers(this);
  }

  declarator(base: Syntax): Declared {
    return parseDeclarator(this, base);
  }

  constant(): number {
    const { at } = this.cursor.token;
    const value = parseExpression(this);
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw this.cursor.source.error(at, `${value} is too large`);
    return number;
  }

  // Types that are declared later are not known to this builder, so it makes no more than a size.
  sizeOf(type: Syntax, at: number): number {
    return new TypeBuilder(this.cursor.source, this.scope).sizeOf(type, at);
  }

  /** What one declaration declares: nothing when it is only that of a structure. */
  declarations(): Declaration[] {
    const { cursor } = this;
    const { type: base, storage } = this.specifiers();
    const declared: Declaration[] = [];
    const isEnd = cursor.at(';') || cursor.token.kind === 'end';
    if (isEnd && base.kind === 'tag') return declared;
    do declared.push(this.#declaration(base, storage));
    while (cursor.accept(','));
    return declared;
  }

  #declaration(base: Syntax, storage: Specifiers['storage']): Declaration {
    const { name, at, type } = this.declarator(base);
    if (name === undefined) this.#missingName(base, at);
    const declaration = { name, at, type, storage };
    if (storage === 'typedef') this.scope.typedefs.set(name, { type, at });
    this.#skipInitializer();
    return declaration;
  }

  #skipInitializer(): void {
    const { cursor } = this;
    if (!cursor.at('=')) return;
    while (!cursor.at(',') && !cursor.at(';') && cursor.token.kind !== 'end') {
      if (cursor.token.text in CLOSING) cursor.skipBrackets();
      else cursor.next();
    }
  }

  #missingName(base: Syntax, at: number): never {
    const hint = base.kind === 'opaque' ? '; or the type before it is' : '';
    throw this.cursor.source.error(at, 'the name of the symbol is missing', hint);
  }
}
