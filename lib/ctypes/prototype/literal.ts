// For the compiler: the definition that a C prototype is, read from its literal.

import type { Declare, Declared, LooseFunction, VariableOf } from './literal-declarators';
import type { Loose, Specified, Specify } from './literal-types';
import type { WithoutComments, WordsOf } from './literal-words';

/**
 * The definition that a user would write instead of the prototype. `Types` are those that it may
 * name, by tag or typedef name. What cannot be told is a definition of `any`.
 */
export type PrototypeDefinition<Text extends string, Types = unknown> = string extends Text
  ? VariableOf<Loose>
  : Read<WordsOf<WithoutComments<Text>>, Types> extends Declared<string, infer Definition>
    ? Definition
    : Unread<Text>;

type Read<Words extends string[], Types> =
  Specify<Words, Types> extends Specified<infer Base, infer Rest>
    ? Declare<Rest, Base, Types, 'outside'>
    : never;

type Unread<Text extends string> = Text extends `${string}(${string}`
  ? LooseFunction
  : VariableOf<Loose>;

/** Symbols with a definition in the place of every prototype. */
export type DefinitionsOf<Symbols, Types = unknown> = {
  readonly [Name in keyof Symbols]: Symbols[Name] extends string
    ? PrototypeDefinition<Symbols[Name], Types>
    : Symbols[Name];
};
