// SQLite: databases, statements, and what is bound to them and comes out.

import { DynamicReload, toArrayBuffer } from '../lib';
import { TRANSIENT, useSqlite } from './support/real-sqlite';

const reloader = new DynamicReload();
afterAll(() => reloader.close());
const { symbols, prepare, run, database } = useSqlite(reloader);

describe('the library', () => {
  test('gives its version, as a function and as a variable', () => {
    const version = symbols.sqlite3_libversion();
    expect(version).toMatch(/^3\.\d+\.\d+$/);
    expect(String.fromCharCode(...symbols.sqlite3_version)).toBe(version?.slice(0, 2));
  });

  test('prints by its own rules, and frees what it printed', () => {
    const before = symbols.sqlite3_memory_used();
    const printed = symbols.sqlite3_mprintf(
      '%Q is %d, not %.1f',
      ['string', "it's"],
      ['int', 7],
      ['double', 0.5],
    );
    expect(printed).toBe("'it''s' is 7, not 0.5");
    expect(symbols.sqlite3_memory_used()).toBe(before);
  });
});

describe('sqlite3_open', () => {
  test('says why it cannot', () => {
    const other = { value: 0n };
    expect(symbols.sqlite3_open('/does/not/exist/db', other)).toBe('CANTOPEN');
    expect(other.value).not.toBe(0n);
    expect(symbols.sqlite3_errmsg(other.value)).toBe('unable to open database file');
    expect(symbols.sqlite3_errmsg16(other.value)).toBe('unable to open database file');
    expect(symbols.sqlite3_close(other.value)).toBe('OK');
    expect(symbols.sqlite3_errstr('CANTOPEN')).toBe('unable to open database file');
  });
});

describe('sqlite3_exec', () => {
  test('calls a function of JavaScript for each row', () => {
    run(`CREATE TABLE tree (name TEXT, height REAL);
         INSERT INTO tree VALUES ('Bäume', 2.5), (NULL, NULL);`);
    expect(run('SELECT name, height FROM tree')).toEqual([
      ['Bäume', '2.5'],
      [null, null],
    ]);
  });

  test('gives the function the arrays of its declaration', () => {
    const rows: unknown[] = [];
    const sql = "SELECT 1 AS one, 'x' AS letter UNION ALL SELECT 2, NULL";
    const onPair = (_: bigint, ...row: [number, (string | null)[], (string | null)[]]) => {
      rows.push(row);
      return 0;
    };
    expect(symbols.execPairs(database(), sql, onPair, null, null)).toBe('OK');
    expect(rows).toEqual([
      [2, ['1', 'x'], ['one', 'letter']],
      [2, ['2', null], ['one', 'letter']],
    ]);
  });

  test('stops where the function wants to', () => {
    const onRow = jest.fn(() => 1);
    const sql = 'VALUES (1), (2), (3)';
    expect(symbols.sqlite3_exec(database(), sql, onRow, null, null)).toBe('ABORT');
    expect(onRow).toHaveBeenCalledTimes(1);
  });

  test('ends with the exception of the function', () => {
    const failure = new Error('enough');
    const onRow = () => {
      throw failure;
    };
    expect(() => symbols.sqlite3_exec(database(), 'VALUES (1)', onRow, null, null)).toThrow(
      failure,
    );
    expect(run('VALUES (2)')).toEqual([['2']]);
  });

  test('says what is wrong with the SQL, in a text that is freed', () => {
    const message = { value: '' };
    const fail = () => symbols.sqlite3_exec(database(), 'SELEKT 1', null, null, message);
    expect(fail()).toBe('ERROR');
    expect(message.value).toBe('near "SELEKT": syntax error');

    const before = symbols.sqlite3_memory_used(); // The database keeps the last message itself.
    for (let i = 0; i < 100; ++i) fail();
    expect(symbols.sqlite3_memory_used()).toBe(before);
  });
});

describe('a statement', () => {
  test('takes a value of every kind, and gives it back', () => {
    const statement = prepare('SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8');
    const blob = Buffer.from([0, 1, 255, 0]);
    expect(symbols.sqlite3_bind_parameter_count(statement)).toBe(8);
    expect([
      symbols.sqlite3_bind_null(statement, 1),
      symbols.sqlite3_bind_int(statement, 2, -(2 ** 31)),
      symbols.sqlite3_bind_int64(statement, 3, -(2n ** 63n)),
      symbols.sqlite3_bind_double(statement, 4, Number.MIN_VALUE),
      symbols.sqlite3_bind_text(statement, 5, 'grün 🍏', -1, TRANSIENT),
      symbols.sqlite3_bind_text16(statement, 6, '🍏 grün', -1, TRANSIENT),
      symbols.sqlite3_bind_blob(statement, 7, blob, blob.length, TRANSIENT),
      symbols.sqlite3_bind_zeroblob(statement, 8, 3),
    ]).toEqual(Array(8).fill('OK'));

    expect(symbols.sqlite3_step(statement)).toBe('ROW');
    expect(columnsOf(statement)).toEqual([
      ...[null, -(2n ** 31n), -(2n ** 63n), Number.MIN_VALUE],
      ...['grün 🍏', '🍏 grün', blob, Buffer.alloc(3)],
    ]);
    expect(symbols.sqlite3_column_int(statement, 1)).toBe(-(2 ** 31));
    expect(symbols.sqlite3_column_text16(statement, 4)).toBe('grün 🍏');
    expect(symbols.sqlite3_step(statement)).toBe('DONE');
    expect(symbols.sqlite3_finalize(statement)).toBe('OK');
  });

  function columnsOf(statement: bigint): unknown[] {
    const count = symbols.sqlite3_column_count(statement);
    return Array.from({ length: count }, (_, column) => columnOf(statement, column));
  }

  function columnOf(statement: bigint, column: number): unknown {
    switch (symbols.sqlite3_column_type(statement, column)) {
      case 'INTEGER':
        return symbols.sqlite3_column_int64(statement, column);
      case 'FLOAT':
        return symbols.sqlite3_column_double(statement, column);
      case 'TEXT':
        return symbols.sqlite3_column_text(statement, column);
      case 'BLOB': {
        const address = symbols.sqlite3_column_blob(statement, column);
        return Buffer.from(toArrayBuffer(address, symbols.sqlite3_column_bytes(statement, column)));
      }
      default:
        return null;
    }
  }

  test('knows its parameters and its columns by name', () => {
    const sql = 'SELECT :value AS "größer", 2';
    const statement = prepare(sql);
    expect(symbols.sqlite3_sql(statement)).toBe(sql);
    expect(symbols.sqlite3_bind_parameter_index(statement, ':value')).toBe(1);
    expect(symbols.sqlite3_bind_parameter_index(statement, ':other')).toBe(0);
    expect(symbols.sqlite3_column_name(statement, 0)).toBe('größer');
    expect(symbols.sqlite3_column_name(statement, 2)).toBeNull();
    expect(symbols.sqlite3_finalize(statement)).toBe('OK');
  });

  test('that is wrong says where', () => {
    expect(() => prepare('SELECT * FROM nowhere')).toThrow('no such table: nowhere');
  });

  test('refuses a parameter that it does not have', () => {
    const statement = prepare('SELECT ?');
    expect(symbols.sqlite3_bind_int(statement, 2, 1)).toBe('RANGE');
    expect(symbols.sqlite3_errmsg(database())).toBe('column index out of range');
    expect(symbols.sqlite3_finalize(statement)).toBe('OK');
  });

  test('that breaks a rule says which', () => {
    run('CREATE TABLE one (id INTEGER PRIMARY KEY); INSERT INTO one VALUES (1)');
    expect(() => run('INSERT INTO one VALUES (1)')).toThrow('UNIQUE constraint failed: one.id');
  });

  test('inserts 10,000 rows', () => {
    run('CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, weight REAL); BEGIN');
    const statement = prepare('INSERT INTO item VALUES (?, ?, ?)');
    for (let id = 1; id <= 10_000; ++id) {
      symbols.sqlite3_bind_int(statement, 1, id);
      symbols.sqlite3_bind_text(statement, 2, `item ${id}`, -1, TRANSIENT);
      symbols.sqlite3_bind_double(statement, 3, id / 4);
      if (symbols.sqlite3_step(statement) !== 'DONE') break;
      symbols.sqlite3_reset(statement);
    }
    expect(symbols.sqlite3_finalize(statement)).toBe('OK');
    run('COMMIT');
    expect(symbols.sqlite3_last_insert_rowid(database())).toBe(10_000n);
    expect(run('SELECT count(*), sum(weight), max(name) FROM item')).toEqual([
      ['10000', '12501250.0', 'item 9999'],
    ]);
  });

  test('runs on another thread', async () => {
    const statement = prepare(`
      WITH RECURSIVE number(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM number WHERE n < 10000)
      SELECT sum(n) FROM number`);
    expect(await symbols.stepLater(statement)).toBe('ROW');
    expect(symbols.sqlite3_column_int64(statement, 0)).toBe(50_005_000n);
    expect(symbols.sqlite3_finalize(statement)).toBe('OK');
  });
});
