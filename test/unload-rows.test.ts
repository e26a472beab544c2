// What is said of an old version, for every kind of library that compilers of C and C++ make. Those of
// Rust and Go are in test/process.

import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { DynamicReload, type ResidentReason } from '../lib';
import { compile, type CompileOptions, type Source } from './support/compiler';
import { fixture } from './support/fixtures';
import { place } from './support/scenario-steps';
import { useProjectDirectory } from './support/temporary-directory';
import { nextEvent } from './support/wait';

const project = useProjectDirectory();

interface Row {
  readonly source: Source;
  /** Of fixtures/, in the place of the first version: what takes long to compile. */
  readonly first?: string;
  readonly build?: CompileOptions;
  readonly add?: { readonly flags?: number; readonly keepUnique?: boolean };
  /** Called before the reload. Default: `shared_fun`. */
  readonly call?: string;
  /** None: it is unloaded. */
  readonly reasons?: readonly ResidentReason[];
}

const plain = 'int shared_fun(void) { return 1; }';
const statics = { file: 'unloading/statics.cc' };
const ownThreads = { file: 'unloading/own_threads.c' };
const cpp = (flags: readonly string[], compiler = 'g++'): CompileOptions => ({
  language: 'c++',
  compiler,
  defines: { VALUE: 1 },
  flags: ['-std=c++17', ...flags],
});
/** `os.constants.dlopen` does not have it. */
const RTLD_NODELETE = 0x1000;
const nodelete = '-Wl,-z,nodelete';

const AT_EXIT = `
  #include <stdlib.h>
  static void nothing(void) {}
  int shared_fun(void) { return atexit(nothing); }`;
const TLS = '__thread int level = 7; int shared_fun(void) { return level++; }';
const TLS_DESTRUCTOR = `
  struct Destroyed { ~Destroyed() { } int value = 1; };
  thread_local Destroyed mine;
  extern "C" int shared_fun() { return mine.value; }`;

const rows: Readonly<Record<string, Row>> = {
  C: { source: plain },
  'C with atexit()': { source: AT_EXIT },
  'C with thread-local storage': { source: TLS },
  'C with static thread-local storage': { source: { file: 'unloading/static_tls.c' } },
  'C++ by clang++': { source: statics, build: cpp([], 'clang++'), call: 'in_template' },
  'C++ by g++': { source: statics, build: cpp([]), call: 'in_template' },
  'C++ by g++ -fno-gnu-unique': {
    source: statics,
    build: cpp(['-fno-gnu-unique']),
    call: 'in_function',
  },
  'C++ by g++ -fvisibility=hidden': {
    source: `
      inline int &setting() { static int value = 1; return value; }
      extern "C" __attribute__((visibility("default"))) int shared_fun() { return setting(); }`,
    build: cpp(['-fvisibility=hidden']),
  },
  'C++ that uses the standard library': { source: plain, first: 'libstandard.so' },
  'C++ with a standard library of its own': { source: plain, first: 'libstandard_static.so' },
  'C++ with keepUnique': {
    // It stays in this process: no other test may have a variable of this name.
    source: `
      inline int &kept_setting() { static int value = 1; return value; }
      extern "C" int shared_fun() { return kept_setting(); }`,
    build: cpp([]),
    add: { keepUnique: true },
    reasons: ['unique'],
  },
  'a library that asks to stay, for nothing': { source: plain, build: { flags: [nodelete] } },
  'a library that asks to stay and has threads': {
    source: ownThreads,
    build: { flags: [nodelete, '-pthread'] },
    call: 'start_blocked',
    reasons: ['thread'],
  },
  'a library whose thread is over, and that asked to stay': {
    source: `#include <pthread.h>
      static void *nothing(void *unused) { return unused; }
      int shared_fun(void) {
        pthread_t thread;
        return pthread_create(&thread, 0, nothing, 0) || pthread_join(thread, 0);
      }`,
    build: { flags: [nodelete, '-pthread'] },
    reasons: ['nodelete'],
  },
  'a library that the user asked to keep': {
    source: plain,
    add: { flags: constants.dlopen.RTLD_NOW | RTLD_NODELETE },
    reasons: ['nodelete'],
  },
  'a thread-local variable that this thread has to destroy': {
    source: TLS_DESTRUCTOR,
    build: cpp([]),
    reasons: ['tls-destructor'],
  },
  'a thread of its own that is blocked': {
    source: ownThreads,
    build: { flags: ['-pthread'] },
    call: 'start_blocked',
    reasons: ['thread'],
  },
  'OpenMP, of which threads wait for work': {
    source: { file: 'unloading/openmp.c' },
    build: { compiler: 'gcc', flags: ['-fopenmp'] },
  },
};

// The build id makes each file different from the one before.
function build({ source, first, build: options = {} }: Row, version: number): string {
  if (first !== undefined && version === 1) {
    place(fixture(first), project.file('libx.so'));
    return project.file('libx.so');
  }
  const flags = [...(options.flags ?? []), `-Wl,--build-id=0x0${version}`];
  return compile(source, project.file('libx.so'), { ...options, flags });
}

test.each(Object.entries(rows))('%s', async (_name, row) => {
  const { call = 'shared_fun', reasons = [] } = row;
  await using reloader = new DynamicReload({ shadowDir: project.directory('shadow') });
  const library = await reloader.addLibrary(build(row, 1), {
    ...row.add,
    symbols: { [call]: { return: 'i32' } },
  });
  const path = library.loadedPath;
  library.symbols[call]!();
  build(row, 2); // Blocks: nothing is told before this goes on.
  const told = await nextEvent(reloader, reasons.length > 0 ? 'resident' : 'unloaded');
  expect(told).toEqual({ library, version: 1, ...(reasons.length > 0 && { reasons }) });
  expect(readFileSync('/proc/self/maps', 'utf8').includes(path)).toBe(reasons.length > 0);
  library.symbols[call]!();
});
