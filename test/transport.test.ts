// Which way calls cross into native code. That each way works is for test/runtimes/run.mjs.

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { chooseFfi, openTransport } from '../lib/calls/transport';
import { native } from '../lib/native';
import { codedError } from './support/coded-error';

const NODE_20 = { node: '20.20.2' };
const NODE_26 = { node: '26.10.0' };
const BUN = { node: '26.3.0', bun: '1.4.5' };
const DENO = { node: '26.3.0', deno: '2.9.6' };

const nameOf = (versions: Record<string, string>, wanted?: string) =>
  chooseFfi(versions, wanted)?.name;

describe('the transport', () => {
  test.each([
    ['Node.js 20', NODE_20, undefined],
    ['Node.js 26', NODE_26, undefined],
    ['Deno', DENO, undefined],
    ['Bun', BUN, 'bun:ffi'],
  ])('is Node-API unless something is always faster: %s', (_, versions, expected) => {
    expect(nameOf(versions)).toBe(expected);
    expect(nameOf(versions, '')).toBe(expected);
  });

  test.each([
    ['Node.js 26', NODE_26, 'node:ffi'],
    ['a later Node.js', { node: '27.0.0' }, 'node:ffi'],
    ['Deno', DENO, 'Deno.dlopen'],
    ['Bun', BUN, 'bun:ffi'],
  ])('is the FFI of the runtime when that is wanted: %s', (_, versions, expected) => {
    expect(nameOf(versions, 'ffi')).toBe(expected);
  });

  test.each([NODE_20, NODE_26, BUN, DENO])('is Node-API when that is wanted: %o', (versions) => {
    expect(nameOf(versions, 'node-api')).toBeUndefined();
  });

  test.each([
    ['has no FFI', NODE_20],
    ['is older than those that were tried', { node: '26.9.0' }],
    ['is older, and a Bun', { node: '24.3.0', bun: '1.3.9' }],
    ['is Electron', { node: '26.10.0', electron: '44.0.0' }],
  ])('is refused when a runtime is to use its FFI that %s', (_, versions) => {
    expect(nameOf(versions)).toBeUndefined();
    expect(() => nameOf(versions, 'ffi')).toThrow(codedError('ERR_TRANSPORT'));
  });

  test('is refused when nobody knows it', () => {
    expect(() => nameOf(BUN, 'carrier pigeon')).toThrow(
      codedError('ERR_TRANSPORT', { message: 'not "carrier pigeon"' }),
    );
  });

  test('is Node-API when an FFI that nobody asked for cannot be opened', () => {
    const opened = openTransport({ ...chooseFfi(BUN, 'ffi')!, open: refuse }, false);
    expect(opened).toEqual({ name: 'Node-API', call: native.calls.call });
  });

  test('is refused with the reason when the FFI that was asked for cannot be opened', () => {
    const open = () => openTransport({ ...chooseFfi(BUN, 'ffi')!, open: refuse }, true);
    expect(open).toThrow(codedError('ERR_TRANSPORT', { cause: refusal }));
  });

  test('calls the engine of its environment', () => {
    const called: number[] = [];
    const open = () => (engine: number) => called.push(engine);
    openTransport({ ...chooseFfi(BUN, 'ffi')!, open }, true).call();
    expect(called).toEqual([native.calls.engineAddress()]);
  });
});

describe('DYNAMIC_RELOAD_TRANSPORT', () => {
  test('is read when the package is loaded', async () => {
    const index = path.resolve(__dirname, '..', 'dist', 'index.js');
    const env = { ...process.env, DYNAMIC_RELOAD_TRANSPORT: 'carrier pigeon' };
    const loading = promisify(execFile)(process.execPath, [index], { env });
    await expect(loading).rejects.toMatchObject({
      stderr: expect.stringContaining("code: 'ERR_TRANSPORT'"),
    });
  });
});

const refusal = new Error('permission denied');

function refuse(): never {
  throw refusal;
}
