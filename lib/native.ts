// The native addon, with errors that TypeScript made.

import { existsSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import type { NativeErrorFacts } from '../binding';
import { binding } from './binding';
import { acceptedOf, type ACCEPTED } from './ctypes/accepted';
import {
  describe,
  DynamicReloadError,
  DynamicReloadRangeError,
  DynamicReloadTypeError,
  LibraryNotFoundError,
  ShadowCopyError,
  SymbolNotFoundError,
  SystemCallError,
  type ErrorCode,
  type ValueFacts,
} from './errors';

const WRONG_MACHINE = 'Is it built for this machine?';

/** What usually lies behind the words of a loader. */
const LOAD_HINTS: readonly (readonly [RegExp, string])[] = [
  [/failed to map segment/, 'Is the shadow directory on a file system mounted noexec?'],
  [/wrong ELF class|invalid ELF header|ELF file data encoding/, WRONG_MACHINE],
  [/cannot open shared object file/, 'A library that it depends on was not found.'],
  [/undefined symbol/, 'It uses a symbol that no library provides.'],
  [/static TLS/, 'It needs thread-local storage that is used up; restart the process.'],
];

/** Makes the error for what native code found out. */
export function fromNative(facts: NativeErrorFacts): Error {
  const code = facts.code as ErrorCode;
  const { symbol = '', path = '' } = facts;
  switch (code) {
    case 'ERR_INVALID_ARG_TYPE':
    case 'ERR_SYMBOL_DEFINITION':
      return new DynamicReloadTypeError(code, valueMessage(facts), valueFacts(facts));
    case 'ERR_OUT_OF_RANGE':
      return new DynamicReloadRangeError(valueMessage(facts), valueFacts(facts));
    case 'ERR_LIBRARY_NOT_FOUND':
      return new LibraryNotFoundError(path, [path]);
    case 'ERR_LIBRARY_CLOSED':
      return new DynamicReloadError(
        code,
        `Cannot use "${symbol}": ${facts.message || 'its library is closed'}.`,
      );
    case 'ERR_RELOADER_CLOSED':
      return new DynamicReloadError(code, 'The reloader is closed.');
    case 'ERR_INVALID_STATE':
      return new DynamicReloadError(code, `Cannot call "${symbol}": ${facts.message}.`);
    case 'ERR_SYMBOL_NOT_FOUND':
      return new SymbolNotFoundError(symbol, path, []);
    case 'ERR_SHADOW_COPY':
      return new ShadowCopyError(systemMessage(code, facts), facts, { cause: systemError(facts) });
    default:
      return new SystemCallError(code, systemMessage(code, facts), facts);
  }
}

function valueMessage({ symbol = '', argument, expected, given, message }: NativeErrorFacts) {
  if (expected === undefined) return `${symbol}: ${message}`;
  const what = argument === undefined ? symbol : `${symbol}: argument ${argument + 1}`;
  const accepted = acceptedOf(expected as keyof typeof ACCEPTED, given);
  return `${what} is ${expected}: it must be ${accepted}, not ${describe(given)}`;
}

function valueFacts({ symbol, argument, expected, given }: NativeErrorFacts): ValueFacts {
  return expected === undefined ? { symbol } : { symbol, argument, wanted: expected, given };
}

/** The error as `node:fs` would have thrown it. */
function systemError({ message, errno, syscall, path }: NativeErrorFacts): Error {
  const code = errno === undefined ? undefined : getSystemErrorName(-errno);
  return Object.assign(new Error(message), { code, errno, syscall, path });
}

function systemMessage(code: ErrorCode, facts: NativeErrorFacts): string {
  const { path = '', destination, syscall, message } = facts;
  const call = syscall === undefined ? '' : ` (${syscall})`;
  switch (code) {
    case 'ERR_LIBRARY_LOAD':
      return `Cannot load ${path}: ${message}.${loadHint(path, message)}`;
    case 'ERR_LIBRARY_INCOMPLETE':
      return `${path} cannot be loaded: ${message}`;
    case 'ERR_SHADOW_COPY':
      return destination === undefined
        ? `Cannot use ${path} for a shadow copy: ${message}${call}${shadowAdvice(facts)}`
        : `Cannot copy ${path} to ${destination}: ${message}${call}`;
    case 'ERR_WATCH_LIMIT':
      return `Cannot watch ${path || 'files'}: ${message}${call}. ${watchLimitAdvice(syscall)}`;
    default:
      return `Cannot watch ${path || 'files'}: ${message}${call}`;
  }
}

/** What to do about a directory that cannot hold the copies. */
function shadowAdvice({ syscall }: NativeErrorFacts): string {
  if (syscall !== 'mkdtemp' && syscall !== 'statvfs') return '';
  return '. Set `shadowDir` to a directory that can be written to and allows execution.';
}

/** What to raise. `inotify_init1` also fails when the process may open no more files. */
function watchLimitAdvice(syscall: string | undefined): string {
  return syscall === 'inotify_init1'
    ? 'Raise fs.inotify.max_user_instances with sysctl, or the number of open files with ulimit -n.'
    : 'Raise fs.inotify.max_user_watches with sysctl.';
}

/** A sentence about what may be behind the words of a loader, after a space; or nothing. */
export function loadHint(path: string, message: string): string {
  const file = /^(.*): cannot open/.exec(message)?.[1];
  // Of a system library that is not there everything is said.
  if (file === path) return '';
  // glibc also says so of a file that is there, when it is for another processor.
  if (file?.startsWith('/') && existsSync(file)) return ` ${WRONG_MACHINE}`;
  const hint = LOAD_HINTS.find(([pattern]) => pattern.test(message))?.[1];
  return hint === undefined ? '' : ` ${hint}`;
}

binding.initialize(fromNative);
process.on('exit', () => {
  binding.stopWatchers();
});

export const native = binding;
