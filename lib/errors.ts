import { inspect } from 'node:util';

/** So many lines of a build are in the message of its error. */
const LAST_LINES = 20;

/** Every `code` this package puts on an error. Part of the public API: a code is never renamed. */
export type ErrorCode =
  | 'ERR_BEFORE_LISTENER'
  | 'ERR_BUILD'
  | 'ERR_GROUP'
  | 'ERR_INVALID_ARG_TYPE'
  | 'ERR_INVALID_STATE'
  | 'ERR_LIBRARY_CLOSED'
  | 'ERR_LIBRARY_INCOMPLETE'
  | 'ERR_LIBRARY_LOAD'
  | 'ERR_LIBRARY_NOT_FOUND'
  | 'ERR_OUT_OF_RANGE'
  | 'ERR_RELOADER_CLOSED'
  | 'ERR_SHADOW_COPY'
  | 'ERR_SYMBOL_DEFINITION'
  | 'ERR_SYMBOL_NOT_FOUND'
  | 'ERR_TIMEOUT'
  | 'ERR_TRANSPORT'
  | 'ERR_VALIDATION'
  | 'ERR_WATCH'
  | 'ERR_WATCH_LIMIT';

/**
 * Base of every error that this package throws or emits, except a {@link DynamicReloadTypeError} or
 * a {@link DynamicReloadRangeError} for a value that was given wrongly.
 */
export class DynamicReloadError extends Error {
  /** Says what happened, in a form that does not change. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What is known about a value that does not fit a C type. */
export interface ValueFacts {
  /** The function or variable. */
  readonly symbol?: string | undefined;
  /** Index of the argument, from 0; undefined when the value of a variable is meant. */
  readonly argument?: number | undefined;
  /** The native type that was wanted. */
  readonly wanted?: string | undefined;
  readonly given?: unknown;
}

/** A value of the wrong type, or a definition that does not make sense. */
export class DynamicReloadTypeError extends TypeError implements ValueFacts {
  readonly code: 'ERR_INVALID_ARG_TYPE' | 'ERR_SYMBOL_DEFINITION';
  readonly symbol?: string;
  readonly argument?: number;
  readonly wanted?: string;
  readonly given?: unknown;

  constructor(code: DynamicReloadTypeError['code'], message: string, facts: ValueFacts = {}) {
    super(message);
    this.code = code;
    Object.assign(this, facts);
  }
}

/** A value of the right type that the C type cannot hold. */
export class DynamicReloadRangeError extends RangeError implements ValueFacts {
  readonly code = 'ERR_OUT_OF_RANGE';
  readonly symbol?: string;
  readonly argument?: number;
  readonly wanted?: string;
  readonly given?: unknown;

  constructor(message: string, facts: ValueFacts = {}) {
    super(message);
    Object.assign(this, facts);
  }
}

/** No file has the name in any of the places that were searched. */
export class LibraryNotFoundError extends DynamicReloadError {
  /** Every path that was tried, in order. */
  readonly searched: readonly string[];

  /** `hint` is a sentence about what is there instead. */
  constructor(fileName: string, searched: readonly string[], hint?: string) {
    const list = searched.map((path) => `  ${path}`).join('\n');
    const tail = hint === undefined ? '' : `\n${hint}`;
    super('ERR_LIBRARY_NOT_FOUND', `Cannot find ${fileName}. Searched:\n${list}${tail}`);
    this.searched = searched;
  }
}

/** What is known about a failed system call. */
export interface SystemCallFacts {
  readonly path?: string;
  readonly destination?: string;
  readonly syscall?: string;
  readonly errno?: number;
}

/** The system refused something to do with a file, or the file is not what it should be. */
export class SystemCallError extends DynamicReloadError {
  /** The file. */
  readonly path: string;
  /** The call that failed, such as `dlopen`. */
  readonly syscall: string | undefined;
  /** The number of the system's error, as in `os.constants.errno`. */
  readonly errno: number | undefined;

  constructor(code: ErrorCode, message: string, facts: SystemCallFacts, options?: ErrorOptions) {
    super(code, message, options);
    this.path = facts.path ?? '';
    this.syscall = facts.syscall;
    this.errno = facts.errno;
  }
}

/** No shadow copy could be made. `cause` is the error of the system. */
export class ShadowCopyError extends SystemCallError {
  /** The library, or the directory that was to hold the shadow directory. */
  readonly source: string;
  /** Where the copy should have gone; undefined when not even a directory could be made. */
  readonly destination: string | undefined;

  constructor(message: string, facts: SystemCallFacts, options?: ErrorOptions) {
    super('ERR_SHADOW_COPY', message, facts, options);
    this.source = facts.path ?? '';
    this.destination = facts.destination;
  }
}

/** What became of a child process that loaded a library. */
export interface ProbeFacts {
  /** Null when it exited by itself, or was never started. */
  readonly signal: NodeJS.Signals | null;
  /** Null when a signal ended it, or it was never started. */
  readonly exitCode: number | null;
  /** The last lines that it wrote to its standard error stream. */
  readonly stderr: string;
}

/** A library that was to be probed ended the child process that loaded it, or took too long. */
export class LibraryProbeError extends SystemCallError implements ProbeFacts {
  readonly signal: NodeJS.Signals | null;
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(
    code: 'ERR_LIBRARY_LOAD' | 'ERR_TIMEOUT',
    message: string,
    { path, signal, exitCode, stderr }: ProbeFacts & { readonly path: string },
    options?: ErrorOptions,
  ) {
    super(code, message + lastWords(stderr), { path, syscall: 'dlopen' }, options);
    this.signal = signal;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** How a build ended. */
export interface BuildFacts {
  /** As one line. */
  readonly command: string;
  /** Null when a signal ended it, or it could not be started. */
  readonly exitCode: number | null;
  /** Null when it exited by itself, or could not be started. */
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to both of its streams, 64 KB at most. */
  readonly output: string;
}

/** A library could not be built. `cause` says why the command could not be started, if so. */
export class BuildError extends DynamicReloadError implements BuildFacts {
  readonly command: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;

  constructor({ command, exitCode, signal, output }: BuildFacts, options: ErrorOptions = {}) {
    const status = signal ?? `exit code ${exitCode}`;
    const failure =
      options.cause === undefined
        ? `failed with ${status}.`
        : `could not be started: ${describe(options.cause)}.`;
    const lines = output.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
    super('ERR_BUILD', `The build "${command}" ${failure}${lastWords(lines)}`, options);
    this.command = command;
    this.exitCode = exitCode;
    this.signal = signal;
    this.output = output;
  }
}

/** The library does not export the symbol. */
export class SymbolNotFoundError extends DynamicReloadError {
  readonly symbol: string;
  /** The library. */
  readonly path: string;
  /** Exported names that are spelled alike, the most alike first. */
  readonly nearest: readonly string[];

  constructor(symbol: string, path: string, nearest: readonly string[]) {
    const hint = nearest.length > 0 ? ` Did you mean ${nearest.join(' or ')}?` : '';
    super('ERR_SYMBOL_NOT_FOUND', `${path} does not export "${symbol}".${hint}`);
    this.symbol = symbol;
    this.path = path;
    this.nearest = nearest;
  }
}

/** Of a process, for a message. */
function lastWords(text: string): string {
  return text === '' ? '' : `\nIts last words:\n${text.replaceAll(/^/gm, '  ')}`;
}

for (const type of [
  DynamicReloadError,
  DynamicReloadTypeError,
  DynamicReloadRangeError,
  LibraryNotFoundError,
  SystemCallError,
  ShadowCopyError,
  LibraryProbeError,
  BuildError,
  SymbolNotFoundError,
]) {
  Object.defineProperty(type.prototype, 'name', { value: type.name, configurable: true });
}

/** The error itself; one of a foreign kind becomes the cause of one of ours. */
export function asReloadError(error: unknown): DynamicReloadError {
  if (error instanceof DynamicReloadError) return error;
  return new DynamicReloadError('ERR_LIBRARY_LOAD', describe(error), { cause: error });
}

/** Of a library that is fine itself. */
export function groupError(name: string, other: string, cause: unknown): DynamicReloadError {
  return new DynamicReloadError(
    'ERR_GROUP',
    `${name} was not reloaded because ${other}, of the same group, could not be.`,
    { cause },
  );
}

export function cannotWait(): DynamicReloadError {
  return new DynamicReloadError(
    'ERR_INVALID_STATE',
    'addLibrarySync() does not wait for a promise of validate() or verify(), or for another that adds.',
  );
}

export function isWaitedFor(path: string): DynamicReloadError {
  return new DynamicReloadError(
    'ERR_INVALID_STATE',
    `addLibrary() waits for ${path} to be finished; addLibrarySync() does not.`,
  );
}

export function libraryClosed(name: string): DynamicReloadError {
  return new DynamicReloadError('ERR_LIBRARY_CLOSED', `The library ${name} is closed.`);
}

export function reloaderClosed(): DynamicReloadError {
  return new DynamicReloadError('ERR_RELOADER_CLOSED', 'The reloader is closed.');
}

/** A value, short enough for a message; of an error its message. */
export function describe(value: unknown): string {
  try {
    if (value instanceof Error && typeof value.message === 'string') return value.message;
    return inspect(value, {
      depth: 0,
      maxStringLength: 40,
      maxArrayLength: 3,
      breakLength: Infinity,
      customInspect: false,
    });
  } catch {
    return `a strange ${typeof value}`; // A view of a transferred buffer, for one, cannot be shown.
  }
}
