/**
 * The shape of the native addon (`build/Release/dynamic_reload.node` or a prebuild). Not public API.
 *
 * Everything here runs on the JavaScript thread of its environment. Native code makes no errors of
 * its own: it hands facts to the function given to `initialize`, and throws what comes back.
 */

/** What native code knows about a failure. */
export interface NativeErrorFacts {
  readonly code: string;
  /** The system's own words, or what is missing. Empty when `expected` says it all. */
  readonly message: string;
  readonly path?: string;
  readonly destination?: string;
  readonly syscall?: string;
  readonly errno?: number;
  readonly symbol?: string;
  /** Index of the argument of `symbol`, from 0; absent when the value of a variable is meant. */
  readonly argument?: number;
  /** Name of the native type that was wanted, with `given` the value that came instead. */
  readonly expected?: string;
  readonly given?: unknown;
}

/**
 * Why a version that was closed is still in memory. `thread` means that it was not closed at all, since
 * a thread executes in it. `addon` is said in lib/ only, of what Node.js keeps.
 */
export type ResidentReason =
  | 'unique'
  | 'nodelete'
  | 'tls-destructor'
  | 'thread'
  | 'dependents'
  | 'shared'
  | 'go'
  | 'objc'
  | 'addon'
  | 'musl';

/** What a library file says that matters for its unloading. See native/os/image_traits.h. */
export interface NativeImageTraits {
  /** Not those that became weak in a shadow copy. */
  readonly hasUniqueSymbols: boolean;
  readonly isNodelete: boolean;
  readonly hasStaticTls: boolean;
  /** It may register some. */
  readonly hasTlsDestructors: boolean;
  /** It may start some. */
  readonly startsThreads: boolean;
  readonly isGo: boolean;
  /** Hexadecimal. Like the next two empty when it has none. */
  readonly buildId: string;
  readonly soname: string;
  readonly runpath: string;
  /** Names of the libraries that it depends on. */
  readonly needed: readonly string[];
  /** In bytes. */
  readonly fileSize: number;
  /** What it takes of the address space, in bytes. */
  readonly loadableSize: number;
}

/** One loaded version of a library. */
export interface NativeImage {
  /** Where the system's loader found the file. */
  readonly path: string;
  /** Of the version, for all environments that share it; undefined when it is not shared. */
  readonly number?: number | undefined;
  /**
   * The address of a symbol, or null: a function or a variable that it exports, or `anywhere` also
   * what one of its dependencies does.
   */
  find(symbol: string, what: 'function' | 'variable' | 'anywhere'): bigint | null;
  /** Read from the file when first asked for. Nothing is known of a file that is gone by then. */
  readonly traits: NativeImageTraits;
  /** The same as that of `traits`, without a look at the file. False once it is closed. */
  readonly hasStaticTls: boolean;
  /**
   * Gives the library back to the system once no bound slot and no running nonblocking call needs
   * it, then calls `onClosed`. That may be before this returns. No reason means that it was unloaded.
   */
  close(onClosed: (resident: readonly ResidentReason[]) => void): void;
  /**
   * Closes it at once, and says why it stays if it does. Null when somebody needs it: then nothing
   * happened.
   */
  closeNow(): readonly ResidentReason[] | null;
  /** Whether one of the words in these bytes of a variable is the address of something in it. */
  isNamedIn(bytes: Uint8Array): boolean;
  /** Tries once more to unload what stayed. Must not be called before `onClosed` was. */
  reap(): readonly ResidentReason[];
}

/** The one mutable address that a function or a variable of a library goes through. */
export interface NativeSlot {
  /** Where it points to. Throws while unbound, as every use does. */
  readonly address: bigint;
  /** Unbound because the current version does not export the symbol. */
  readonly isMissing: boolean;
  /** Keeps the image loaded until the slot is bound to another one or unbound. */
  bind(image: NativeImage, address: bigint): void;
  /** Uses from now on fail with the code for `reason`. */
  unbind(reason: 'closed' | 'missing' | 'replaced' | 'suspended'): void;
}

/** A scalar by its name, or a value with several inside. */
export type NativeValueType =
  | string
  | {
      readonly size: number;
      readonly alignment: number;
      readonly leaves: readonly { readonly type: string; readonly offset: number }[];
    };

export interface NativeTypes {
  readonly arguments: readonly NativeValueType[];
  readonly return: NativeValueType;
  /** How many arguments come before the variable ones. */
  readonly variadicFrom?: number | undefined;
}

/** Where an argument is while a call begins: bytes of the value, and of the registers in scratch. */
export interface NativePlaceOfArgument {
  readonly moves: readonly { readonly from: number; readonly size: number; readonly to: number }[];
  /** The address of the value is passed, not the value. */
  readonly byReference: boolean;
}

export interface NativePlan {
  readonly arguments: readonly NativePlaceOfArgument[];
}

/** A C function that calls a JavaScript one. */
export interface NativeCallback {
  /** Null once closed. */
  readonly address: bigint | null;
  /** Whether calls from other threads are waited for, which keeps the event loop running. */
  ref(): void;
  unref(): void;
  /**
   * From now on C gets zeros, and `onDeadCall` is called when it does, as long as somebody else holds
   * that and no other callback needs the address.
   */
  close(onDeadCall?: () => void): void;
}

/** Calls on threads of a pool. */
export interface NativeCallQueue {
  /** Starts the call that the scratch says, `job` included. */
  start(): void;
  /** Takes a call back. Returns false when it has begun. Must not be called once take() got it. */
  cancel(job: number): boolean;
  /** Writes the next call that is done to the scratch, with a status. Its `job` is NO_JOB when there is none. */
  take(): void;
}

/** Where things are in the scratch, in bytes. See native/napi/scratch.h. */
export interface NativeScratchLayout {
  readonly target: number;
  readonly status: number;
  readonly errorNumber: number;
  readonly textWord: number;
  readonly job: number;
  readonly registers: number;
  readonly result: number;
  readonly callbackRegisters: number;
  readonly callbackResult: number;
}

/** Calls through memory that JavaScript and native code share. */
export interface NativeCalls {
  readonly layout: NativeScratchLayout;
  /** `symbol` is what errors name. */
  readonly Plan: new (types: NativeTypes, symbol: string) => NativePlan;
  /** `dispatch` reads arguments from the scratch, and writes the result there. */
  readonly Callback: new (types: NativeTypes, dispatch: () => void) => NativeCallback;
  /** The memory of the scratch. Must be called before anything else here. */
  scratchBuffer(): ArrayBuffer;
  /** Gives the number by which the scratch names what to call. */
  addTarget(slot: NativeSlot, plan: NativePlan, returnsText: boolean): number;
  removeTarget(index: number): void;
  /** Calls what the scratch says. */
  readonly call: () => void;
  /** What the C function `DynamicReloadCall(double)` of the addon takes, which does the same. */
  engineAddress(): number;
  /**
   * Calls, and takes the text result: undefined when it is the one that was taken before. So do the
   * next three when the target returns a text.
   */
  callForText(): string | null | undefined;
  /** Calls with a text argument, for the word of the registers that the scratch says. */
  callWithText(text: string): string | null | undefined;
  callAndKeepText(text: string): string | null | undefined;
  /** Takes the text that was kept. */
  callWithKeptText(): string | null | undefined;
  /**
   * Calls the target `count` times, with an element of each array. `types` are those of the
   * arguments. Leaves a status in the scratch, as every call does.
   */
  mapCall(
    index: number,
    arrays: readonly NodeJS.TypedArray[],
    output: NodeJS.TypedArray | undefined,
    count: number,
    types: readonly string[],
  ): void;
  /** Keeps what a target calls loaded until `release`: its result may lie there. Like a stack. */
  hold(index: number): void;
  release(): void;
  /** Throws what the status in the scratch means, and clears it. */
  throwStatus(index: number): void;
  /** `onDone` is called when a call of the queue is done, and take() has got all before. */
  openQueue(onDone: () => void): NativeCallQueue;
  /** Of a buffer or a view of one; undefined for anything else, and when the memory is gone. */
  addressOf(buffer: object): bigint | undefined;
  /** Writes that address to a word of the scratch. Returns whether there is one. */
  putAddress(buffer: unknown, word: number): boolean;
  /** `unit` is the size of a character: 1, 2 or 4. Null for address 0. */
  readText(address: bigint, unit: number): string | null;
  readMemory(address: bigint, target: Uint8Array): void;
  writeMemory(address: bigint, source: Uint8Array): void;
}

/**
 * What happened to a library: a copy that is ready to load, or why there is none. Neither means that
 * the file is the running version again, after something that was no good.
 */
export interface NativeChange {
  readonly library: number;
  readonly copy?: string | undefined;
  readonly error?: Error | undefined;
  /** Of the copy. Those of the first change of a library are not told by `waitFor`. */
  readonly costs?: NativeCosts | undefined;
}

/** When it was, in milliseconds by the clock of `NativeWatcher.now()`, and what it took. */
export type NativeCosts = readonly [
  /** The first event of the change came. */
  noticed: number,
  /** The look at the file began that found it finished. */
  looked: number,
  /** The copy was made. */
  ready: number,
  /** How long copying took, which is a part of that look. */
  copyMs: number,
  copiedBytes: number,
];

export interface NativeWatchOptions {
  /** Leaves symbols that are one for the whole process as they are in its copies. */
  readonly keepUnique?: boolean | undefined;
  /** Leaves every byte of its copies as it is; they are to be given to `files.patch`. */
  readonly patchLater?: boolean | undefined;
  /** What is copied of it: everything if this is not given. */
  readonly copy?: 'full' | 'loadable' | undefined;
  /** How long the file must have been left alone; that of the watcher if it is not given. */
  readonly settleMs?: number | undefined;
  /** The first change comes once the file is there and finished. */
  readonly waitForFile?: boolean | undefined;
  /** What it depends on beside it is copied and watched with it. */
  readonly watchDependencies?: boolean | undefined;
}

/** One environment's part in a shared version. For one image. */
export interface NativeHold {
  readonly isHold: never;
}

/** The watched libraries of one reloader, and its private shadow directory. */
export interface NativeWatcher {
  /** Watches a file. A first change of the returned library follows in any case. */
  add(path: string, options?: NativeWatchOptions): number;
  /** Takes the first change of a library that was just added, and blocks until there is one. */
  waitFor(library: number): NativeChange;
  /**
   * From now on the versions of a library are those of every environment that shares the path. Returns
   * false when somebody does on other terms, which are what must be the same. Before the next three.
   */
  share(library: number, path: string, terms: string): boolean;
  /** Whether a copy is to be loaded. If it is not, what others have may follow as a change. */
  isNews(library: number, copy: string): boolean;
  /** A version that loads as the copy does. Null when others went on to another one. */
  join(library: number, copy: string): { readonly path: string; readonly hold: NativeHold } | null;
  remove(library: number): void;
  /**
   * The copy runs now; a file that would load as the same is no change. When it is shared, others are
   * offered the version.
   */
  accept(library: number, copy: string): void;
  /** The copy could not be loaded. Deletes it. */
  reject(library: number, copy: string): void;
  /** Deletes a copy that is not loaded any more. */
  discard(copy: string): void;
  /**
   * Takes everything that happened since the last time. No function may throw. The second one gets
   * what is wrong about a library that goes on all the same, the third the errors of the watcher.
   */
  drain(
    onChange: (library: number, copy?: string, error?: Error, costs?: NativeCosts) => void,
    onWarning: (library: number, error: Error) => void,
    onError: (error: Error) => void,
  ): void;
  /** The clock of this thread and the one that watches, which never goes back. In milliseconds. */
  now(): number;
  /** From now on what the watcher notices, decides and does can be taken by `drainTrace`, or no longer. */
  switchTrace(on: boolean): void;
  /**
   * Takes every entry of the trace, the oldest first. `onEntry` must not throw; `library` is 0 for what
   * concerns all. Times are those of a monotonic clock, in milliseconds. Returns the time: not before
   * that of any entry taken, and not after that of any other.
   */
  drainTrace(onEntry: NativeTraceListener): number;
  /** Stops watching, removes the shadow directory, then calls `onClosed`. */
  close(onClosed: () => void): void;
  ref(): void;
  unref(): void;
}

/** See native/base/trace.h. */
export type NativeTraceListener = (
  kind: 'event' | 'decision' | 'phase',
  library: number,
  what: string,
  detail: string,
  time: number,
) => void;

/** What a library file exports. See native/os/exports.h. */
export interface NativeExport {
  readonly name: string;
  readonly kind: 'function' | 'variable' | 'thread-local' | 'other';
  /** In bytes; 0 when it does not say. */
  readonly size: number;
  readonly isWritable: boolean;
}

/** Library files, read or changed without loading them. */
export interface NativeFiles {
  /** Null when it cannot be read. */
  exports(path: string): NativeExport[] | null;
  /**
   * What an exported variable has in it before any code ran, and whether the loader writes an address
   * into it. Null when there is no such variable.
   */
  initialValue(
    path: string,
    symbol: string,
  ): { readonly bytes: Uint8Array; readonly hasAddress: boolean } | null;
  /** Nothing is known of one that cannot be read. */
  traits(path: string): NativeImageTraits;
  /** Lets a copy be unloaded whose original could not be. `originalPath` is what errors name. */
  patch(copy: string, originalPath: string, keepUnique: boolean): void;
}

export interface NativeBinding {
  /** Must be called before anything else. `makeError` must not throw. */
  initialize(makeError: (facts: NativeErrorFacts) => Error): void;
  /** `originalPath` is what errors name. `flags` are those of dlopen(3). */
  readonly Image: new (
    path: string,
    originalPath: string,
    flags?: number,
    hold?: NativeHold,
  ) => NativeImage;
  /** `originalPath` is what errors name. */
  readonly Slot: new (symbol: string, originalPath: string) => NativeSlot;
  /**
   * The shadow directory is made in the first of the parents in which that is possible. `onChange` is
   * called when there is something to drain. It must not throw.
   */
  readonly Watcher: new (
    shadowParents: string | readonly string[],
    debounceMs: number,
    onChange: () => void,
    watch?: 'auto' | 'events' | 'poll',
  ) => NativeWatcher;
  readonly calls: NativeCalls;
  /** A function of named types, each value crossing on its own. */
  createFunction(
    slot: NativeSlot,
    types: readonly string[],
    result: string,
  ): (...values: readonly unknown[]) => unknown;
  /** Closes every watcher at once, before a process ends that runs no cleanup hooks. */
  stopWatchers(): void;
  /** From now on this process is killed when the thread that started it ends. */
  endWithParent(): void;
  readonly files: NativeFiles;
}
