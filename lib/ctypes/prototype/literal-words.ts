// For the compiler: a C text as a list of words and symbols. The recursion is of the kind that
// TypeScript turns into a loop, which may go round a thousand times.

import type { IGNORED, SYNONYMS } from './words';

/** The text with every `Old` replaced. */
export type Replace<
  Text extends string,
  Old extends string,
  New extends string,
  Done extends string = '',
> = Text extends `${infer Before}${Old}${infer After}`
  ? Replace<After, Old, New, `${Done}${Before}${New}`>
  : `${Done}${Text}`;

/** The text with every `Old` replaced by a space, and everything up to the next `End` too. */
type Cut<
  Text extends string,
  Old extends string,
  End extends string,
  Done extends string = '',
> = Text extends `${infer Before}${Old}${string}${End}${infer After}`
  ? Cut<After, Old, End, `${Done}${Before} `>
  : `${Done}${Text}`;

export type WithoutComments<Text extends string> = Cut<Cut<Text, '/*', '*/'>, '//', '\n'>;

// An attribute with arguments ends with a third parenthesis.
type WithoutAttributes<
  Text extends string,
  Done extends string = '',
> = Text extends `${infer Before}__attribute__${string}))${infer After}`
  ? WithoutAttributes<After extends `)${infer Rest}` ? Rest : After, `${Done}${Before} `>
  : `${Done}${Text}`;

export type OneLine<Text extends string> = Replace<
  Replace<Replace<Text, '\n', ' '>, '\t', ' '>,
  '\r',
  ' '
>;

type Brackets<Text extends string> = Replace<
  Replace<Replace<Replace<Text, '(', ' ( '>, ')', ' ) '>, '[', ' [ '>,
  ']',
  ' ] '
>;

type Signs<Text extends string> = Replace<
  Replace<Replace<Replace<Replace<Text, '*', ' * '>, ',', ' , '>, ';', ' '>, ':', ' : '>,
  '...',
  ' ... '
>;

type Ignored = (typeof IGNORED)[number];
type Synonyms = Omit<typeof SYNONYMS, 'complex'>;

type Add<Word extends string, Done extends string[]> = Word extends '' | 'static' | Ignored
  ? Done
  : [...Done, Word extends keyof Synonyms ? Synonyms[Word] : Word];

type Split<
  Text extends string,
  Done extends string[] = [],
> = Text extends `${infer Word} ${infer Rest}` ? Split<Rest, Add<Word, Done>> : Add<Text, Done>;

/** Words and symbols, without those that do not matter. */
export type WordsOf<Text extends string> = Split<Signs<Brackets<OneLine<WithoutAttributes<Text>>>>>;

/** Parts of a list between commas, except those inside parentheses. */
export type SplitCommas<
  Words extends string[],
  Depth extends 0[] = [],
  Part extends string[] = [],
  Done extends string[][] = [],
> = Words extends [infer Word extends string, ...infer Rest extends string[]]
  ? Word extends '('
    ? SplitCommas<Rest, [...Depth, 0], [...Part, Word], Done>
    : Word extends ')'
      ? SplitCommas<Rest, Less<Depth>, [...Part, Word], Done>
      : [Word, Depth] extends [',', []]
        ? SplitCommas<Rest, Depth, [], [...Done, Part]>
        : SplitCommas<Rest, Depth, [...Part, Word], Done>
  : Part extends []
    ? Done
    : [...Done, Part];

/** A list without one of its elements: how TypeScript counts. */
export type Less<Depth extends 0[]> = Depth extends [0, ...infer Rest extends 0[]] ? Rest : [];
