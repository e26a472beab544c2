// What the types that users make become when they are compiled.

import {
  array,
  bits,
  enumeration,
  inout,
  out,
  pointer,
  string,
  struct,
  union,
  type ArgumentOf,
  type CallOptions,
  type Complex,
  type CType,
  type DynamicReload,
  type Holder,
  type Library,
  type Pointer,
  type ResultOf,
} from '../../lib';
import { check, type Equal } from './check.test-d';

declare const reloader: DynamicReload;

// ---- Structures

const Point = struct({ x: 'f64', y: 'f64' });
const Item = struct({ id: 'size_t', label: 'string', at: Point, tags: array('u8', 4) });
type Item = typeof Item;

check<Equal<ResultOf<typeof Point>, { x: number; y: number }>>();
check<Equal<ArgumentOf<typeof Point>, { readonly x: number; readonly y: number }>>();
check<Equal<ResultOf<Item>['id'], bigint>>();
check<Equal<ArgumentOf<Item>['id'], number | bigint>>();
check<Equal<ResultOf<Item>['label'], string | null>>();
check<Equal<ResultOf<Item>['at'], { x: number; y: number }>>();
check<Equal<ResultOf<Item>['tags'], number[]>>();
check<Equal<typeof Point.size, number>>();
struct({ x: 'u8' }, { packed: true, align: 8 });

// @ts-expect-error no such type
struct({ x: 'i33' });
// @ts-expect-error void is not the type of a member
struct({ x: 'void' });
// @ts-expect-error no such option
struct({ x: 'u8' }, { pack: true });

const Flags = struct({ ready: bits('bool', 1), mode: bits('u32', 3), count: bits('u64', 40) });
check<Equal<ResultOf<typeof Flags>, { ready: boolean; mode: number; count: bigint }>>();
// @ts-expect-error a float has no bits to give away
bits('f32', 3);

// ---- Unions

const Either = union({ i: 'i64', f: 'f64' });
check<Equal<ResultOf<typeof Either>, { i: bigint; f: number }>>();
check<Equal<ArgumentOf<typeof Either>, { readonly i: number | bigint } | { readonly f: number }>>();

// ---- Enumerations

const Color = enumeration({ RED: 0, GREEN: 1 });
check<Equal<ResultOf<typeof Color>, 'RED' | 'GREEN' | number>>();
check<Equal<ArgumentOf<typeof Color>, 'RED' | 'GREEN' | number>>();
const Large = enumeration({ LARGE: 2 ** 40 }, 'u64');
check<Equal<ResultOf<typeof Large>, 'LARGE' | number | bigint>>();
check<Equal<ArgumentOf<typeof Large>, 'LARGE' | number | bigint>>();
// @ts-expect-error what a name stands for is a number
enumeration({ RED: 'red' });
// @ts-expect-error it is made of integers
enumeration({ RED: 0 }, 'f32');

// ---- Arrays

check<Equal<ResultOf<ReturnType<typeof array<'i64'>>>, bigint[]>>();
check<
  Equal<
    ArgumentOf<ReturnType<typeof array<'i64'>>>,
    readonly (number | bigint)[] | NodeJS.ArrayBufferView
  >
>();

// ---- Text

const wide = string({ encoding: 'wide', free: 'free' });
check<Equal<ResultOf<typeof wide>, string | null>>();
// @ts-expect-error no such encoding
string({ encoding: 'latin1' });

// ---- Functions that take and give them

const { symbols } = reloader.addLibrarySync('x', {
  symbols: {
    dot: { arguments: [Point, Point], return: 'f64' },
    move: { arguments: [pointer(Point), 'double'], return: Point },
    find: { arguments: ['string'], return: pointer(Point) },
    item: { arguments: [pointer(Item)] },
    any: { arguments: [pointer('void')], return: pointer('void') },
    paint: { arguments: [Color], return: Color },
    sum: { arguments: [array('i32')], return: 'int' },
    join: { arguments: [array('string', 3)], return: wide },
    absolute: { arguments: ['complex128'], return: 'complex64' },
    union: { arguments: [Either], return: Either },
    open: { arguments: ['string', out('pointer')], return: 'int' },
    bounds: { arguments: [out(Point), out('string'), out(Color)] },
    resize: { arguments: [inout('size_t')] },
    print: { arguments: ['string'], variadic: true, return: 'int' },
    later: { arguments: [Point], return: Point, nonblocking: true },
    extra: { arguments: [Point], return: pointer(Point), optional: true },
    origin: { type: Point },
    table: { type: array('i64', 3) },
    current: { type: Color },
    first: { type: pointer(Point) },
  },
});

check<Equal<ReturnType<typeof symbols.move>, { x: number; y: number }>>();
check<Equal<ReturnType<typeof symbols.absolute>, Complex>>();
check<Equal<Parameters<typeof symbols.absolute>, [Complex]>>();
check<Equal<ReturnType<typeof symbols.paint>, 'RED' | 'GREEN' | number>>();
check<Equal<ReturnType<typeof symbols.join>, string | null>>();
check<Equal<ReturnType<typeof symbols.union>, { i: bigint; f: number }>>();

symbols.dot({ x: 1, y: 2 }, { x: 3, y: 4 });
symbols.paint('RED');
symbols.paint(7);
symbols.sum([1, 2, 3]);
symbols.sum(Int32Array.of(1, 2, 3));
symbols.join(['a', null, 'c']);
symbols.union({ i: 1n });
symbols.union({ f: 0.5 });
// @ts-expect-error a member is missing
symbols.dot({ x: 1 }, { x: 3, y: 4 });
// @ts-expect-error a member too many
symbols.dot({ x: 1, y: 2, z: 3 }, { x: 3, y: 4 });
// @ts-expect-error a member of another type
symbols.dot({ x: 1n, y: 2 }, { x: 3, y: 4 });
// @ts-expect-error by value there is no null
symbols.dot(null, { x: 3, y: 4 });
// @ts-expect-error no such name
symbols.paint('BLUE');
// @ts-expect-error elements of another type
symbols.sum(['1']);
// @ts-expect-error a member is missing
symbols.union({});

// ---- Pointers

const found = symbols.find('x');
check<Equal<typeof found, Pointer<typeof Point>>>();
const address: bigint = found;
symbols.move(found, 1);
symbols.move(address, 1);
symbols.move(0n, 1);
symbols.move(null, 1);
symbols.move({ x: 1, y: 2 }, 1);
symbols.move(new Float64Array(2), 1);
symbols.any(found);
symbols.move(symbols.any(null), 1);
// @ts-expect-error it leads to another structure
symbols.item(found);
// @ts-expect-error a number is no address
symbols.move(1, 1);
// @ts-expect-error a member is missing
symbols.move({ x: 1 }, 1);
// @ts-expect-error nothing is known about what is there
symbols.any({ x: 1, y: 2 });

// A structure can point to its own kind.
interface Node extends CType<unknown, { value: number; next: bigint }> {
  readonly kind: 'structure';
}
const Node: Node = struct({ value: 'i32', next: pointer((): Node => Node) });
check<Equal<ResultOf<typeof Node>['next'], bigint>>();

// ---- Values given back

const database: Holder<bigint> = {};
symbols.open('file', database);
check<Equal<typeof database.value, bigint | undefined>>();
symbols.open('file', { value: 0n });
symbols.open('file', {});
const corner: Holder<ResultOf<typeof Point>> = {};
const text: Holder<string | null> = {};
symbols.bounds(corner, text, { value: 'RED' });
const size = { value: 10n };
symbols.resize(size);
symbols.resize({ value: 10 });
// @ts-expect-error it holds an address
symbols.open('file', { value: 'text' });
// @ts-expect-error the value goes where it can be found
symbols.open('file', 0n);
// @ts-expect-error the function reads it first
symbols.resize({});

// ---- Further arguments

symbols.print('nothing');
symbols.print('%d %s %f', ['int', 5], ['string', 'x'], ['double', 0.5]);
symbols.print('%d %p', [out('int'), {}], ['pointer', null], [Point, { x: 1, y: 2 }]);
symbols.print('%ld', ['long', 5n]);
// @ts-expect-error without a type
symbols.print('%d', 5);
// @ts-expect-error a value of another type
symbols.print('%d', ['int', 'five']);
// @ts-expect-error no such type
symbols.print('%d', ['i33', 5]);
// @ts-expect-error what is declared comes first
symbols.print(['string', 'x']);
// @ts-expect-error this one is not variadic
symbols.paint('RED', ['int', 5]);

// ---- Other threads

check<Equal<ReturnType<typeof symbols.later>, Promise<{ x: number; y: number }>>>();
check<Equal<Parameters<typeof symbols.later>[1], CallOptions | undefined>>();
symbols.later({ x: 1, y: 2 });
symbols.later({ x: 1, y: 2 }, { signal: AbortSignal.timeout(1) });
// @ts-expect-error no such option
symbols.later({ x: 1, y: 2 }, { timeout: 1 });
// @ts-expect-error this one blocks
symbols.paint('RED', { signal: AbortSignal.timeout(1) });

// ---- Optional functions

check<null extends typeof symbols.extra ? true : false>();
check<Equal<ReturnType<NonNullable<typeof symbols.extra>>, Pointer<typeof Point>>>();
// @ts-expect-error it may be null
symbols.extra({ x: 1, y: 2 });

// ---- Variables

check<Equal<typeof symbols.origin, { x: number; y: number }>>();
check<Equal<typeof symbols.table, bigint[]>>();
check<Equal<typeof symbols.current, 'RED' | 'GREEN' | number>>();
symbols.origin = { x: 1, y: 2 };
symbols.table = [1n, 2n, 3n];
symbols.current = 'GREEN';
symbols.first = found;
symbols.first = 0n;
// @ts-expect-error no such name
symbols.current = 'BLUE';
// @ts-expect-error a member is missing
symbols.origin = { x: 1 };

// ---- The error number

declare const library: Library;
check<Equal<typeof library.errno, number>>();
library.errno = 0;
// @ts-expect-error it is a number
library.errno = 'ENOENT';

// ---- Where a type does not belong

// @ts-expect-error a type is a name or made by a function of this package
reloader.addLibrary('x', { symbols: { f: { arguments: [{ x: 'f64' }] } } });
// @ts-expect-error a definition is not a type
reloader.addLibrary('x', { symbols: { f: { arguments: [{ return: 'int' }] } } });
// @ts-expect-error an array has elements of a type
array('void', 3);
// @ts-expect-error nothing comes back through void
out('void');
