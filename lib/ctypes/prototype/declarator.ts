// Declarators: the name, and what stands around it, as in `*table[4]` or `(*compare)(int)`.

import { skipAttributes } from './attributes';
import type { Grammar } from './grammar';
import { skipQualifier } from './specifiers';
import type { ArraySyntax, Declared, Syntax } from './syntax';

/** A declarator without the type that it begins from. */
interface Open {
  readonly name: string | undefined;
  readonly at: number;
  /** Pointers, arrays and functions read from the name outwards, and so does this. */
  readonly complete: (base: Syntax) => Syntax;
}

type Wrap = (inner: Syntax) => Syntax;

/** Also without a name, as in `int (*)(void)`. */
export function parseDeclarator(grammar: Grammar, base: Syntax): Declared {
  const { name, at, complete } = parseOpen(grammar);
  return { name, at, type: complete(base) };
}

function parseOpen(grammar: Grammar): Open {
  return grammar.cursor.nested(() => {
    const stars = parseStars(grammar);
    const { name, at, complete } = parseCore(grammar);
    const suffixes = parseSuffixes(grammar);
    skipAttributes(grammar);
    const wrap = (base: Syntax) =>
      suffixes.reduceRight((type, suffix) => suffix(type), stars(base));
    return { name, at, complete: (base) => complete(wrap(base)) };
  });
}

function parseStars(grammar: Grammar): Wrap {
  let stars = 0;
  for (;;) {
    if (grammar.cursor.accept('*')) stars++;
    else if (!skipQualifier(grammar)) break;
  }
  return (base) => {
    let type = base;
    for (let i = 0; i < stars; i++) type = { kind: 'pointer', to: type };
    return type;
  };
}

function parseCore(grammar: Grammar): Open {
  const { cursor } = grammar;
  const { at, kind, text } = cursor.token;
  const complete = (base: Syntax) => base;
  if (kind === 'name') {
    cursor.next();
    return { name: text, at, complete };
  }
  if (!isGroup(grammar)) return { name: undefined, at, complete };
  cursor.next();
  const inner = parseOpen(grammar);
  cursor.expect(')');
  return inner;
}

// A parenthesis in the place of the name is a group or, when there is no name, a parameter list.
function isGroup({ cursor, scope }: Grammar): boolean {
  if (!cursor.at('(')) return false;
  const { kind, text } = cursor.second;
  if (kind === 'name') return !scope.isType(text);
  return text === '*' || text === '(' || text === '[';
}

function parseSuffixes(grammar: Grammar): Wrap[] {
  const { cursor } = grammar;
  const suffixes: Wrap[] = [];
  for (;;) {
    if (cursor.at('[')) suffixes.push(parseArray(grammar));
    else if (cursor.at('(')) suffixes.push(parseParameters(grammar));
    else return suffixes;
  }
}

function parseArray(grammar: Grammar): Wrap {
  const { cursor } = grammar;
  const { at } = cursor.next();
  while (cursor.accept('static') || skipQualifier(grammar));
  const length = parseLength(grammar);
  cursor.expect(']');
  return (element) => ({ kind: 'array', element, length, at });
}

function parseLength(grammar: Grammar): ArraySyntax['length'] {
  const { cursor, scope } = grammar;
  if (cursor.at(']')) return undefined;
  const { at, kind, text } = cursor.token;
  const isVariable = text === '*' || (kind === 'name' && !scope.constants.has(text));
  if (isVariable && cursor.second.text === ']') {
    cursor.next();
    return 'variable';
  }
  const length = grammar.constant();
  if (length < 0) throw cursor.source.error(at, `the length ${length} is negative`);
  return length;
}

function parseParameters(grammar: Grammar): Wrap {
  const { cursor } = grammar;
  const { at } = cursor.next();
  const parameters: Syntax[] = [];
  const variadic = cursor.nested(() => parseList(grammar, parameters));
  cursor.expect(')', ' or ","');
  return (result) => ({ kind: 'function', parameters, variadic, result, at });
}

/** Tells whether the list ends with `...`. */
function parseList(grammar: Grammar, parameters: Syntax[]): boolean {
  const { cursor } = grammar;
  if (cursor.at(')')) return false;
  do {
    if (cursor.accept('...')) return true;
    const parameter = parseParameter(grammar);
    // `(void)` says that there are none.
    const isOnly = parameters.length === 0 && cursor.at(')');
    if (parameter.type.kind === 'void' && parameter.name === undefined && isOnly) return false;
    parameters.push(parameter.type);
  } while (cursor.accept(','));
  return false;
}

function parseParameter(grammar: Grammar): Declared {
  const { type: base } = grammar.specifiers();
  const { name, at, type } = grammar.declarator(base);
  return { name, at, type: decay(type) };
}

/** C passes arrays and functions as pointers to what they begin with. */
function decay(type: Syntax): Syntax {
  if (type.kind === 'array') return { kind: 'pointer', to: type.element };
  return type.kind === 'function' ? { kind: 'pointer', to: type } : type;
}
