import type { DynamicReload } from '../../lib';
import { check, type Equal } from './check.test-d';

declare const reloader: DynamicReload;

type Bytes = NodeJS.ArrayBufferView | ArrayBuffer | null;

// Every type, as an argument and as a result.
const { symbols: each } = reloader.addLibrarySync('x', {
  symbols: {
    none: {},
    empty: { arguments: [], return: 'void' },
    bool: { arguments: ['bool'], return: 'bool' },
    i8: { arguments: ['i8'], return: 'i8' },
    u8: { arguments: ['u8'], return: 'u8' },
    i16: { arguments: ['i16'], return: 'i16' },
    u16: { arguments: ['u16'], return: 'u16' },
    i32: { arguments: ['i32'], return: 'i32' },
    u32: { arguments: ['u32'], return: 'u32' },
    i64: { arguments: ['i64'], return: 'i64' },
    u64: { arguments: ['u64'], return: 'u64' },
    isize: { arguments: ['isize'], return: 'isize' },
    usize: { arguments: ['usize'], return: 'usize' },
    f32: { arguments: ['f32'], return: 'f32' },
    f64: { arguments: ['f64'], return: 'f64' },
    char: { arguments: ['char'], return: 'char' },
    pointer: { arguments: ['pointer'], return: 'pointer' },
    buffer: { arguments: ['buffer'], return: 'buffer' },
    function: { arguments: ['function'], return: 'function' },
    string: { arguments: ['string'], return: 'string' },
  },
});

type Each = typeof each;
type Is<K extends keyof Each, A extends unknown[], R> = Each[K] extends (
  ...args: infer P
) => infer Q
  ? Equal<[P, Q], [A, R]>
  : false;

check<Is<'none', [], void>>();
check<Is<'empty', [], void>>();
check<Is<'bool', [boolean | 0 | 1], boolean>>();
check<Is<'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32', [number], number>>();
check<Is<'i64' | 'u64' | 'isize' | 'usize', [number | bigint], bigint>>();
check<Is<'f32' | 'f64' | 'char', [number], number>>();
check<Is<'pointer', [bigint | Bytes], bigint>>();
check<Is<'buffer', [Bytes], bigint>>();
check<Is<'function', [bigint | null], bigint>>();
check<Is<'string', [string | null], string | null>>();

// Several arguments keep their order, and the other spellings mean the same.
const { symbols } = reloader.addLibrarySync('x', {
  symbols: {
    hash: { arguments: ['buffer', 'usize'], return: 'u64' },
    alias: {
      arguments: ['int8', 'uint64', 'float', 'double', 'str', 'ptr', 'arraybuffer'],
      return: 'int64',
    },
    solve: { arguments: ['f64'], return: 'f64', nonblocking: true },
    tick: { nonblocking: true },
    blocking: { return: 'i32', nonblocking: false },
    maybe: { return: 'bool', optional: true },
    surely: { return: 'bool', optional: false },
    both: { arguments: ['i32'], return: 'string', optional: true, nonblocking: true },
    renamed: { name: '_Z1fi', arguments: ['i32'], return: 'i32' },
    print: { arguments: ['i32'], variadic: true },
  },
});

check<Equal<Parameters<typeof symbols.hash>, [Bytes, number | bigint]>>();
check<
  Equal<
    Parameters<typeof symbols.alias>,
    [number, number | bigint, number, number, string | null, bigint | Bytes, Bytes]
  >
>();
check<Equal<ReturnType<typeof symbols.alias>, bigint>>();
check<Equal<ReturnType<typeof symbols.renamed>, number>>();

symbols.hash(new Uint8Array(8), 8);
symbols.hash(Buffer.alloc(8), 8n);
symbols.hash(new DataView(new ArrayBuffer(8)), 8);
symbols.hash(null, 0);
// @ts-expect-error too few arguments
symbols.hash(null);
// @ts-expect-error too many arguments
symbols.hash(null, 0, 0);
// @ts-expect-error a string is no buffer
symbols.hash('bytes', 5);
// @ts-expect-error a number is no address
each.pointer(1);
// @ts-expect-error a bigint is no number
each.i32(1n);
// @ts-expect-error 2 is no truth value
each.bool(2);
// @ts-expect-error null is no number
each.i32(null);

// Only plain functions can be mapped.
symbols.renamed.map(new Int32Array(1));
check<Equal<typeof symbols.print.map, never>>();
check<Equal<typeof symbols.solve.map, never>>();

// A nonblocking function gives a promise.
check<Equal<ReturnType<typeof symbols.solve>, Promise<number>>>();
check<Equal<ReturnType<typeof symbols.tick>, Promise<void>>>();
check<Equal<ReturnType<typeof symbols.blocking>, number>>();

// An optional one may be null.
// @ts-expect-error it may be null
symbols.maybe();
check<Equal<ReturnType<NonNullable<typeof symbols.maybe>>, boolean>>();
check<null extends typeof symbols.maybe ? true : false>();
check<Equal<ReturnType<typeof symbols.surely>, boolean>>();
check<Equal<ReturnType<NonNullable<typeof symbols.both>>, Promise<string | null>>>();
check<null extends typeof symbols.both ? true : false>();

// What else a function has.
check<Equal<typeof symbols.hash.pointer, bigint>>();
check<Equal<typeof symbols.hash.name, string>>();
// @ts-expect-error the address is not for users to change
symbols.hash.pointer = 0n;
// @ts-expect-error nor is the function
symbols.hash = symbols.hash;
// @ts-expect-error not defined
symbols.nothing;
