// SQLite: functions of JavaScript that it keeps, and calls for as long as they are registered.

import { DynamicReload, toArrayBuffer, type LibraryCallback } from '../lib';
import {
  collation,
  destructor,
  elementsAt,
  finalFunction,
  scalarFunction,
  TRANSIENT,
  updateHook,
  useSqlite,
  UTF8,
} from './support/real-sqlite';
import { nextEvent } from './support/wait';

const reloader = new DynamicReload();
afterAll(() => reloader.close());
const { library, symbols, prepare, run, database } = useSqlite(reloader);

/** What JavaScript makes of the values of a call. */
type Scalar = (context: bigint, values: readonly bigint[]) => void;

function makeScalar(body: Scalar): LibraryCallback {
  return library.callback(scalarFunction, (context, count, values) =>
    body(context, elementsAt(values, count, 'pointer')),
  );
}

interface Registration {
  readonly data?: bigint;
  readonly call?: LibraryCallback;
  readonly step?: LibraryCallback;
  readonly end?: LibraryCallback;
  readonly onDestroy?: LibraryCallback;
}

/** Makes a function known to SQL, until the database is closed. */
function register(name: string, count: number, registration: Registration): void {
  const { data = null, call = null, step = null, end = null, onDestroy = null } = registration;
  const { sqlite3_create_function_v2: create } = symbols;
  expect(create(database(), name, count, UTF8, data, call, step, end, onDestroy)).toBe('OK');
}

describe('a function of JavaScript', () => {
  test('is called by SQL, with its values', () => {
    using double = makeScalar((context, [value = 0n]) =>
      symbols.sqlite3_result_double(context, 2 * symbols.sqlite3_value_double(value)),
    );
    register('double', 1, { call: double });
    expect(run('SELECT double(column1) FROM (VALUES (1.25), (-3), (NULL))')).toEqual([
      ['2.5'],
      ['-6.0'],
      ['0.0'],
    ]);
  });

  test('takes as many values as there are, of every kind', () => {
    using kinds = makeScalar((context, values) => {
      const text = values.map((value) => symbols.sqlite3_value_type(value)).join(' ');
      symbols.sqlite3_result_text(context, text, -1, TRANSIENT);
    });
    register('kinds', -1, { call: kinds });
    expect(run("SELECT kinds(1, 0.5, 'x', x'00', NULL), kinds()")).toEqual([
      ['INTEGER FLOAT TEXT BLOB NULL', ''],
    ]);
  });

  test('fails in the words that it chooses', () => {
    using refuse = makeScalar((context, [value = 0n]) =>
      symbols.sqlite3_result_error(context, `no ${symbols.sqlite3_value_text(value) ?? ''}`, -1),
    );
    register('refuse', 1, { call: refuse });
    expect(() => run("SELECT refuse('grün')")).toThrow('no grün');
  });

  test('throws out of the call that runs the SQL', () => {
    const failure = new Error('thrown in SQL');
    using thrower = makeScalar(() => {
      throw failure;
    });
    register('thrower', 0, { call: thrower });
    expect(() => run('SELECT thrower()')).toThrow(failure);
    expect(run('SELECT 1')).toEqual([['1']]);
  });

  test('runs SQL itself', () => {
    using nested = makeScalar((context, [value = 0n]) => {
      const [row] = run(`SELECT 10 * ${symbols.sqlite3_value_int64(value)}`);
      symbols.sqlite3_result_int64(context, BigInt(row?.[0] ?? 0));
    });
    register('nested', 1, { call: nested });
    expect(run('SELECT nested(1) + nested(2)')).toEqual([['30']]);
  });

  test('is called from another thread, which waits for the result', async () => {
    using next = makeScalar((context, [value = 0n]) =>
      symbols.sqlite3_result_int64(context, symbols.sqlite3_value_int64(value) + 1n),
    );
    register('next', 1, { call: next });
    const statement = prepare('SELECT sum(next(column1)) FROM (VALUES (10), (20), (30))');
    expect(await symbols.stepLater(statement)).toBe('ROW');
    expect(symbols.sqlite3_column_int64(statement, 0)).toBe(63n);
    expect(symbols.sqlite3_finalize(statement)).toBe('OK');
  });

  test('is told when SQLite does not need it any more', () => {
    const destroyed: bigint[] = [];
    using unused = makeScalar(() => undefined);
    using onDestroy = library.callback(destructor, (data) => void destroyed.push(data));
    register('unused', 0, { data: 7n, call: unused, onDestroy });
    expect(destroyed).toEqual([]);
    register('unused', 0, {});
    expect(destroyed).toEqual([7n]);
  });

  test('that is closed gives zeros, and a warning', async () => {
    const closed = makeScalar((context) => symbols.sqlite3_result_int64(context, 5));
    register('closed', 0, { call: closed });
    expect(run('SELECT closed()')).toEqual([['5']]);
    closed.close();
    const warning = nextEvent(reloader, 'warning');
    expect(run('SELECT closed()')).toEqual([[null]]);
    await warning;
  });
});

describe('an aggregate of JavaScript', () => {
  test('goes over the rows, once for each group', () => {
    let product = 1n;
    using step = makeScalar((_, [value = 0n]) => {
      product *= symbols.sqlite3_value_int64(value);
    });
    using end = library.callback(finalFunction, (context) => {
      symbols.sqlite3_result_int64(context, product);
      product = 1n;
    });
    register('product', 1, { step, end });
    const sql = `SELECT n % 2, product(n) FROM (SELECT column1 AS n FROM (VALUES (2), (3), (4), (5)))
                 GROUP BY n % 2`;
    expect(run(sql)).toEqual([
      ['0', '8'],
      ['1', '15'],
    ]);
  });
});

test('a collation of JavaScript orders texts that it gets as address and length', () => {
  const textAt = (address: bigint, length: number) =>
    Buffer.from(toArrayBuffer(address, length)).toString();
  const german = new Intl.Collator('de');
  using compare = library.callback(collation, (_, length, text, otherLength, other) =>
    german.compare(textAt(text, length), textAt(other, otherLength)),
  );
  const { sqlite3_create_collation_v2: create } = symbols;
  expect(create(database(), 'german', UTF8, null, compare, null)).toBe('OK');
  const sql = "SELECT column1 FROM (VALUES ('Zebra'), ('Äpfel'), ('Birne')) ORDER BY 1";
  expect(run(sql)).toEqual([['Birne'], ['Zebra'], ['Äpfel']]);
  expect(run(`${sql} COLLATE german`)).toEqual([['Äpfel'], ['Birne'], ['Zebra']]);
});

test('a hook of JavaScript hears of every change', () => {
  const changes: unknown[] = [];
  using hook = library.callback(updateHook, (data, kind, name, table, row) => {
    changes.push([data, kind, name, table, row]);
  });
  run('CREATE TABLE item (name TEXT)');
  symbols.sqlite3_update_hook(database(), hook, 3n);
  run(
    "INSERT INTO item VALUES ('a'); UPDATE item SET name = 'b'; DELETE FROM item WHERE rowid = 1",
  );
  const [inserted, updated, deleted] = [18, 23, 9];
  expect(changes).toEqual(
    [inserted, updated, deleted].map((kind) => [3n, kind, 'main', 'item', 1n]),
  );
  expect(symbols.sqlite3_update_hook(database(), null, null)).toBe(3n);
});
