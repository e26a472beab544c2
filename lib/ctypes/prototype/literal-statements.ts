// For the compiler: a C header as statements.

import type { Less, OneLine, WithoutComments } from './literal-words';

/** `struct tag { body } tail;`, or all in `head` where there are no braces. */
export interface Statement<
  Head extends string = string,
  Body extends string | null = string | null,
  Tail extends string = string,
  Rest extends string = string,
> {
  readonly head: Head;
  readonly body: Body;
  readonly tail: Tail;
  /** The text behind it. */
  readonly rest: Rest;
}

/** The text on one line, without comments, and the macros that were in it. */
export interface Cleaned<Text extends string = string, Macros extends string = string> {
  readonly text: Text;
  readonly macros: Macros;
}

export type Clean<Text extends string> =
  TakeDirectives<WithoutComments<Text>> extends Cleaned<infer Rest, infer Macros>
    ? Cleaned<OneLine<Rest>, Macros>
    : never;

type TakeDirectives<
  Text extends string,
  Macros extends string = never,
  Done extends string = '',
> = Text extends `${infer Before}#${infer Line}\n${infer After}`
  ? Line extends `${string}\\`
    ? TakeDirectives<`#${After}`, Macros | MacroOf<Line>, `${Done}${Before}\n`>
    : TakeDirectives<After, Macros | MacroOf<Line>, `${Done}${Before}\n`>
  : Text extends `${infer Before}#${infer Line}`
    ? Cleaned<`${Done}${Before}`, Macros | MacroOf<Line>>
    : Cleaned<`${Done}${Text}`, Macros>;

/** The name of a macro that is a plain number. */
type MacroOf<Line extends string> =
  OneLine<Line> extends `define ${infer Name} ${infer Value}`
    ? Trim<Value> extends `${number}`
      ? Name
      : never
    : never;

export type Trim<Text extends string> = Text extends ` ${infer Rest}`
  ? Trim<Rest>
  : Text extends `${infer Rest} `
    ? Trim<Rest>
    : Text;

/** The first statement of a text; null when there is none. */
export type NextStatement<Text extends string> = Text extends `${infer Head};${infer Rest}`
  ? Head extends `${infer Before}{${infer Inside}`
    ? WithBraces<Before, `${Inside};${Rest}`>
    : Statement<WithoutBrace<Head>, null, '', Rest>
  : null;

// The end of `extern "C" {` has no statement of its own.
type WithoutBrace<Head extends string> = Trim<Head> extends `}${infer Rest}` ? Rest : Head;

type WithBraces<Before extends string, Text extends string> =
  Trim<Before> extends `${string}extern "${string}"`
    ? NextStatement<Text>
    : TakeBlock<Text> extends [infer Body extends string, infer After extends string]
      ? Before extends `${string}(${string}`
        ? Statement<WithoutBrace<Before>, null, '', After>
        : After extends `${infer Tail};${infer Rest}`
          ? Statement<WithoutBrace<Before>, Body, Tail, Rest>
          : null
      : null;

/** What is before the brace that closes a block, and what is behind it. */
type TakeBlock<
  Text extends string,
  Done extends string = '',
  Open extends 0[] = [],
> = Text extends `${infer Before}}${infer After}`
  ? Before extends `${infer Outer}{${infer Inner}`
    ? TakeBlock<`${Inner}}${After}`, `${Done}${Outer}{`, [...Open, 0]>
    : Open extends []
      ? [`${Done}${Before}`, After]
      : TakeBlock<After, `${Done}${Before}}`, Less<Open>>
  : null;

/** Parts of a text between semicolons. */
export type SplitSemicolons<
  Text extends string,
  Done extends string[] = [],
> = Text extends `${infer Part};${infer Rest}` ? SplitSemicolons<Rest, [...Done, Part]> : Done;
