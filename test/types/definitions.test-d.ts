// What is a definition, and what is refused when it is compiled.

import type {
  DynamicReload,
  FunctionDefinition,
  Library,
  LibraryFunction,
  SymbolDefinitions,
  VariableDefinition,
} from '../../lib';
import { check, type Equal } from './check.test-d';

declare const reloader: DynamicReload;

// ---- Names of types that do not exist

// @ts-expect-error no such type
reloader.addLibrary('x', { symbols: { f: { arguments: ['i33'], return: 'i32' } } });
// @ts-expect-error no such type
reloader.addLibrary('x', { symbols: { f: { return: 'integer' } } });
// @ts-expect-error no such type
reloader.addLibrary('x', { symbols: { v: { type: 'integer' } } });
// @ts-expect-error void is not a type of arguments
reloader.addLibrary('x', { symbols: { f: { arguments: ['void'] } } });
// @ts-expect-error void is not a type of variables
reloader.addLibrary('x', { symbols: { v: { type: 'void' } } });

// ---- What others call the properties

// @ts-expect-error Deno's spelling of `arguments`
reloader.addLibrary('x', { symbols: { f: { parameters: ['i32'] } } });
// @ts-expect-error Deno's spelling of `return`
reloader.addLibrary('x', { symbols: { f: { result: 'i32' } } });
// @ts-expect-error Bun's spelling of `arguments`
reloader.addLibrary('x', { symbols: { f: { args: ['i32'] } } });
// @ts-expect-error Bun's spelling of `return`
reloader.addLibrary('x', { symbols: { f: { returns: 'i32' } } });
// @ts-expect-error also beside the right ones
reloader.addLibrary('x', { symbols: { f: { arguments: ['i32'], result: 'i32' } } });
// @ts-expect-error also for a variable
reloader.addLibrary('x', { symbols: { v: { type: 'i32', result: 'i32' } } });

// ---- What does not go together

// @ts-expect-error a variable is not called
reloader.addLibrary('x', { symbols: { v: { type: 'i32', arguments: ['i32'] } } });
// @ts-expect-error a variable has no result
reloader.addLibrary('x', { symbols: { v: { type: 'i32', return: 'i32' } } });
// @ts-expect-error a flag is a boolean
reloader.addLibrary('x', { symbols: { f: { optional: 1 } } });
// @ts-expect-error a name is a string
reloader.addLibrary('x', { symbols: { f: { name: 7 } } });
// @ts-expect-error a definition is an object or a prototype
reloader.addLibrary('x', { symbols: { f: 32 } });

// ---- Definitions declared apart

const apart = {
  add: { arguments: ['i32', 'i32'], return: 'i32' },
  slow: { return: 'u64', nonblocking: true },
  count: { type: 'u32' },
} as const;
const fromApart = reloader.addLibrarySync('x', { symbols: apart });
check<Equal<Parameters<typeof fromApart.symbols.add>, [number, number]>>();
check<Equal<ReturnType<typeof fromApart.symbols.slow>, Promise<bigint>>>();
check<Equal<typeof fromApart.symbols.count, number>>();

const satisfying = {
  add: { arguments: ['i32', 'f64'], return: 'i32' },
} as const satisfies SymbolDefinitions;
const fromSatisfying = reloader.addLibrarySync('x', { symbols: satisfying });
check<Equal<Parameters<typeof fromSatisfying.symbols.add>, [number, number]>>();

// The type of a library can be written down, and one with symbols is one without.
const library: Library<typeof apart> = fromApart;
const anyLibrary: Library = library;
anyLibrary;
check<Equal<LibraryFunction<(typeof apart)['add']>, typeof library.symbols.add>>();

// Both ways to add give the same type.
check<
  Equal<
    Awaited<ReturnType<typeof reloader.addLibrary<typeof apart>>>,
    ReturnType<typeof reloader.addLibrarySync<typeof apart>>
  >
>();

// Without symbols there are none.
const bare = reloader.addLibrarySync('x');
// @ts-expect-error not defined
bare.symbols.anything();
const alsoBare = reloader.addLibrarySync('x', { platformName: true });
// @ts-expect-error not defined
alsoBare.symbols.anything();

// ---- Definitions that are only known at run time

declare const wide: SymbolDefinitions;
const fromWide = reloader.addLibrarySync('x', { symbols: wide });
fromWide.symbols['anything'];

declare const wideFunction: FunctionDefinition;
const { symbols: functions } = reloader.addLibrarySync('x', { symbols: { f: wideFunction } });
const anything: undefined = functions.f(1, 'two', null);
anything;

declare const wideVariable: VariableDefinition;
const { symbols: variables } = reloader.addLibrarySync('x', { symbols: { v: wideVariable } });
check<Equal<typeof variables.v, unknown>>();
