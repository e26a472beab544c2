import type { DynamicReload } from '../../lib';
import { check, type Equal } from './check.test-d';

declare const reloader: DynamicReload;

const { symbols } = reloader.addLibrarySync('x', {
  symbols: {
    flag: { type: 'bool' },
    count: { type: 'u32' },
    size: { type: 'usize' },
    ratio: { type: 'double' },
    handler: { type: 'function' },
    address: { type: 'ptr' },
    label: { type: 'string' },
    alias: { type: 'str' },
    bytes: { type: 'buffer' },
    maybe: { type: 'i32', optional: true },
    renamed: { type: 'i32', name: 'g_value' },
    shared_fun: { return: 'i32' },
  },
});

check<Equal<typeof symbols.flag, boolean>>();
check<Equal<typeof symbols.count, number>>();
check<Equal<typeof symbols.size, bigint>>();
check<Equal<typeof symbols.ratio, number>>();
check<Equal<typeof symbols.handler, bigint>>();
check<Equal<typeof symbols.address, bigint>>();
check<Equal<typeof symbols.label, string | null>>();
check<Equal<typeof symbols.alias, string | null>>();
check<Equal<typeof symbols.bytes, bigint>>();
check<Equal<typeof symbols.maybe, number | null>>();
check<Equal<typeof symbols.renamed, number>>();

// They can be written,
symbols.flag = true;
symbols.count = 1;
symbols.size = 1n;
symbols.ratio = 0.5;
symbols.address = 0n;
symbols.renamed = -1;
// @ts-expect-error with their own type alone
symbols.count = '1';
// @ts-expect-error with their own type alone
symbols.size = 'large';
// except those that are pointers to something in C.
// @ts-expect-error can only be read
symbols.label = 'other';
// @ts-expect-error can only be read
symbols.alias = 'other';
// @ts-expect-error can only be read
symbols.bytes = 0n;

// A function beside them cannot.
// @ts-expect-error can only be called
symbols.shared_fun = () => 1;
check<Equal<ReturnType<typeof symbols.shared_fun>, number>>();
