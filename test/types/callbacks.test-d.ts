// Functions that C calls, and functions that C gives away.

import {
  callback,
  struct,
  type DynamicReload,
  type Library,
  type LibraryCallback,
} from '../../lib';
import { check, type Equal } from './check.test-d';

declare const reloader: DynamicReload;
declare const library: Library;

const Point = struct({ x: 'f64', y: 'f64' });
const { symbols } = reloader.addLibrarySync('x', {
  symbols: {
    dot: { arguments: [Point, Point], return: 'f64' },
    sort: {
      arguments: ['buffer', callback({ arguments: ['pointer', Point], return: 'i32' })],
      return: callback({ arguments: ['i64', 'string'], return: Point }),
    },
    each: { arguments: [callback({})] },
  },
});

// ---- A callback for the time of a call

symbols.sort(null, (pointer, point) => {
  check<Equal<[typeof pointer, typeof point], [bigint, { x: number; y: number }]>>();
  return 1;
});
symbols.sort(null, () => 1);
symbols.sort(null, null);
symbols.sort(null, 1n);
symbols.sort(null, symbols.dot); // Its address is handed on.
symbols.each(() => {});
// @ts-expect-error it returns a number
symbols.sort(null, () => 'less');
// @ts-expect-error it has to return something
symbols.sort(null, () => {});
// @ts-expect-error it gets a bigint
symbols.sort(null, (pointer: string) => 1);
// @ts-expect-error it gets two arguments
symbols.sort(null, (pointer, point, third) => 1);

// ---- A function that C gives away

const given = symbols.sort(null, null);
check<null extends typeof given ? true : false>();
type Given = NonNullable<typeof given>;
check<Equal<Parameters<Given>, [number | bigint, string | null]>>();
check<Equal<ReturnType<Given>, { x: number; y: number }>>();
check<Equal<Given['pointer'], bigint>>();

// ---- A callback that lasts

const lasting = library.callback({ arguments: ['i32', 'string'], return: 'f64' }, (one, two) => {
  check<Equal<[typeof one, typeof two], [number, string | null]>>();
  return 0.5;
});
check<Equal<typeof lasting, LibraryCallback>>();
check<Equal<typeof lasting.pointer, bigint>>();
lasting.ref().unref().close();
symbols.sort(null, lasting);
library.callback({}, () => {});
// @ts-expect-error it returns a number
library.callback({ return: 'f64' }, () => 'half');
// @ts-expect-error no such type
library.callback({ arguments: ['i33'] }, () => {});
// @ts-expect-error the address is not for users to change
lasting.pointer = 0n;
