// SQLite through typed symbols, as far as tests use it. What it calls `sqlite3 *`, `sqlite3_stmt *`,
// `sqlite3_context *` and `sqlite3_value *` are plain addresses.

import { array, callback, enumeration, out, read, sizeof, string } from '../../lib';
import type { DynamicReload, SymbolDefinitions } from '../../lib';
import { OWN_SYMBOLS_FIRST } from './real-libraries';

export const Status = enumeration({
  OK: 0,
  ERROR: 1,
  ABORT: 4,
  INTERRUPT: 9,
  CANTOPEN: 14,
  CONSTRAINT: 19,
  RANGE: 25,
  ROW: 100,
  DONE: 101,
});

/** What kind of value is in a column. */
export const Kind = enumeration({ INTEGER: 1, FLOAT: 2, TEXT: 3, BLOB: 4, NULL: 5 });

/** The encoding of texts that functions of JavaScript take. */
export const UTF8 = 1;

/** Stands for a destructor: SQLite makes a copy before the call returns. */
export const TRANSIENT = 2n ** 64n - 1n;

const utf16 = string({ encoding: 'utf16' });
const owned = string({ free: 'sqlite3_free' });
const onRow = callback({ arguments: ['pointer', 'int', 'pointer', 'pointer'], return: 'int' });
const pair = array('string', 2);
const onPair = callback({ arguments: ['pointer', 'int', pair, pair], return: 'int' });

/** What SQL calls: a context for the result, and an array of values. */
export const scalarFunction = { arguments: ['pointer', 'int', 'pointer'] } as const;
const onCall = callback(scalarFunction);

/** What SQL calls when there are no more rows. */
export const finalFunction = { arguments: ['pointer'] } as const;
const onFinal = callback(finalFunction);

/** What SQLite calls with something that it does not need any more. */
export const destructor = { arguments: ['pointer'] } as const;
const onDestroy = callback(destructor);

/** Compares two texts, given as address and length. */
export const collation = {
  arguments: ['pointer', 'int', 'pointer', 'int', 'pointer'],
  return: 'int',
} as const;

/** Gets the kind of change, the names of the database and of the table, and the row. */
export const updateHook = { arguments: ['pointer', 'int', 'string', 'string', 'i64'] } as const;

const opening = {
  sqlite3_libversion: { return: 'string' },
  sqlite3_version: { type: array('char', 2) },
  sqlite3_open: { arguments: ['string', out('pointer')], return: Status },
  sqlite3_close: { arguments: ['pointer'], return: Status },
  sqlite3_errmsg: { arguments: ['pointer'], return: 'string' },
  sqlite3_errmsg16: { arguments: ['pointer'], return: utf16 },
  sqlite3_errstr: { arguments: [Status], return: 'string' },
  sqlite3_memory_used: { return: 'i64' },
  sqlite3_mprintf: { arguments: ['string'], variadic: true, return: owned },
  sqlite3_exec: {
    arguments: ['pointer', 'string', onRow, 'pointer', out(owned)],
    return: Status,
  },
  execPairs: {
    name: 'sqlite3_exec',
    arguments: ['pointer', 'string', onPair, 'pointer', 'pointer'],
    return: Status,
  },
  sqlite3_changes: { arguments: ['pointer'], return: 'int' },
  sqlite3_last_insert_rowid: { arguments: ['pointer'], return: 'i64' },
} as const satisfies SymbolDefinitions;

const statements = {
  sqlite3_prepare_v2: {
    arguments: ['pointer', 'string', 'int', out('pointer'), 'pointer'],
    return: Status,
  },
  sqlite3_step: { arguments: ['pointer'], return: Status },
  stepLater: {
    name: 'sqlite3_step',
    arguments: ['pointer'],
    return: Status,
    nonblocking: true,
  },
  sqlite3_reset: { arguments: ['pointer'], return: Status },
  sqlite3_finalize: { arguments: ['pointer'], return: Status },
  sqlite3_sql: { arguments: ['pointer'], return: 'string' },
  sqlite3_bind_parameter_count: { arguments: ['pointer'], return: 'int' },
  sqlite3_bind_parameter_index: { arguments: ['pointer', 'string'], return: 'int' },
  sqlite3_bind_null: { arguments: ['pointer', 'int'], return: Status },
  sqlite3_bind_int: { arguments: ['pointer', 'int', 'int'], return: Status },
  sqlite3_bind_int64: { arguments: ['pointer', 'int', 'i64'], return: Status },
  sqlite3_bind_double: { arguments: ['pointer', 'int', 'double'], return: Status },
  sqlite3_bind_text: {
    arguments: ['pointer', 'int', 'string', 'int', 'function'],
    return: Status,
  },
  sqlite3_bind_text16: { arguments: ['pointer', 'int', utf16, 'int', 'function'], return: Status },
  sqlite3_bind_blob: { arguments: ['pointer', 'int', 'buffer', 'int', onDestroy], return: Status },
  sqlite3_bind_zeroblob: { arguments: ['pointer', 'int', 'int'], return: Status },
  sqlite3_column_count: { arguments: ['pointer'], return: 'int' },
  sqlite3_column_name: { arguments: ['pointer', 'int'], return: 'string' },
  sqlite3_column_type: { arguments: ['pointer', 'int'], return: Kind },
  sqlite3_column_int: { arguments: ['pointer', 'int'], return: 'int' },
  sqlite3_column_int64: { arguments: ['pointer', 'int'], return: 'i64' },
  sqlite3_column_double: { arguments: ['pointer', 'int'], return: 'double' },
  sqlite3_column_text: { arguments: ['pointer', 'int'], return: 'string' },
  sqlite3_column_text16: { arguments: ['pointer', 'int'], return: utf16 },
  sqlite3_column_blob: { arguments: ['pointer', 'int'], return: 'pointer' },
  sqlite3_column_bytes: { arguments: ['pointer', 'int'], return: 'int' },
} as const satisfies SymbolDefinitions;

const functions = {
  sqlite3_create_function_v2: {
    arguments: ['pointer', 'string', 'int', 'int', 'pointer', onCall, onCall, onFinal, onDestroy],
    return: Status,
  },
  sqlite3_create_collation_v2: {
    arguments: ['pointer', 'string', 'int', 'pointer', callback(collation), onDestroy],
    return: Status,
  },
  sqlite3_update_hook: {
    arguments: ['pointer', callback(updateHook), 'pointer'],
    return: 'pointer',
  },
  sqlite3_user_data: { arguments: ['pointer'], return: 'pointer' },
  sqlite3_value_type: { arguments: ['pointer'], return: Kind },
  sqlite3_value_int64: { arguments: ['pointer'], return: 'i64' },
  sqlite3_value_double: { arguments: ['pointer'], return: 'double' },
  sqlite3_value_text: { arguments: ['pointer'], return: 'string' },
  sqlite3_result_int64: { arguments: ['pointer', 'i64'] },
  sqlite3_result_double: { arguments: ['pointer', 'double'] },
  sqlite3_result_text: { arguments: ['pointer', 'string', 'int', 'function'] },
  sqlite3_result_error: { arguments: ['pointer', 'string', 'int'] },
} as const satisfies SymbolDefinitions;

/** SQLite, and a database in memory for each test. */
export function useSqlite(reloader: DynamicReload) {
  const library = reloader.addLibrarySync('libsqlite3.so.0', {
    system: true,
    flags: OWN_SYMBOLS_FIRST,
    symbols: { ...opening, ...statements, ...functions },
  });
  const { symbols } = library;
  const database = { value: 0n };
  beforeEach(() => {
    expect(symbols.sqlite3_open(':memory:', database)).toBe('OK');
  });
  afterEach(() => {
    expect(symbols.sqlite3_close(database.value)).toBe('OK');
  });

  /** Makes a statement. Everything that is made has to be finalized. */
  function prepare(sql: string): bigint {
    const statement = { value: 0n };
    const status = symbols.sqlite3_prepare_v2(database.value, sql, -1, statement, null);
    if (status !== 'OK') throw new Error(symbols.sqlite3_errmsg(database.value) ?? '');
    return statement.value;
  }

  /** Runs statements, and gives every row as texts. */
  function run(sql: string): (string | null)[][] {
    const rows: (string | null)[][] = [];
    const error = { value: '' };
    const status = symbols.sqlite3_exec(
      database.value,
      sql,
      (_, count, values) => {
        rows.push(elementsAt(values, count, 'string'));
        return 0;
      },
      null,
      error,
    );
    if (status !== 'OK') throw new Error(error.value);
    return rows;
  }

  return { library, symbols, prepare, run, database: () => database.value };
}

/** The elements of an array of pointers. */
export function elementsAt(address: bigint, count: number, type: 'string'): (string | null)[];
export function elementsAt(address: bigint, count: number, type: 'pointer'): bigint[];
export function elementsAt(address: bigint, count: number, type: 'pointer' | 'string') {
  return Array.from({ length: count }, (_, index) =>
    read(address + BigInt(index * sizeof(type)), type),
  );
}
