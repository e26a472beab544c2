// One library: its current version, and what becomes of the others.

import type { NativeImage } from '../binding';
import { CurrentVersion } from './current-version';
import { DynamicReloadError, libraryClosed } from './errors';
import type {
  AfterEvent,
  Library,
  LibraryLease,
  LibraryVersion,
  ResidentReason,
  RollbackOptions,
} from './events';
import { Handover } from './handover';
import { Inspection } from './inspection';
import type { LibrarySource } from './library-handle';
import type { LibraryKind } from './library-kind';
import type { LibrarySettings } from './library-settings';
import { NextVersion } from './next-version';
import type { Patience } from './patience';
import { PendingSlot } from './pending-slot';
import { isPromise, type Steps } from './reload';
import type { Signature } from './signature';
import { StateFunctions } from './state-functions';
import { SymbolTable, type Addresses } from './symbols';
import type { LibraryCallback, LibrarySymbols, SymbolDefinitions } from './types';
import type { Version } from './version';
import { VersionHistory, type VersionHistoryOptions } from './version-history';

export interface LibraryStateOptions extends Omit<VersionHistoryOptions, 'drainTimeoutMs'> {
  /** What it is found by among the others. */
  readonly key: string;
  readonly name: string;
  readonly originalPath: string;
  readonly kind: LibraryKind;
  readonly settings: LibrarySettings;
  /** The symbols that the first owner wants. */
  readonly signatures: ReadonlyMap<string, Signature>;
  /** How long a probe may take. */
  readonly probeTimeoutMs?: number | undefined;
  /** Its number at the native watcher; undefined for a library that is not watched. */
  readonly watch?: number | undefined;
  /** Called when C calls a callback whose time is over. */
  readonly onDeadCall: () => void;
  /** Called when nothing is loaded from a file any more. */
  readonly onUnused: (path: string) => void;
  /** Called to make an old version the current one. */
  readonly onRollback: (target: Version) => Promise<AfterEvent>;
  /** Called when the last owner is gone. */
  readonly onClose: () => void;
}

/** A library that was added, from its first version to its end. */
export class LibraryState implements LibrarySource {
  readonly key: string;
  readonly name: string;
  originalPath: string;
  readonly settings: LibrarySettings;
  readonly watch: number | undefined;
  readonly table: SymbolTable;
  readonly current: CurrentVersion;
  readonly next: NextVersion;
  readonly pending: PendingSlot;
  readonly handle: Library;
  /** Resolves once the first version was loaded, or could not be. */
  readonly settled: Promise<void>;
  /** A version is on its way to become the current one. */
  isBusy = false;
  /** Its last change was no good, and others of its group wait for the next. */
  isFaulty = false;
  closed = false;
  /** Why the first version could not be loaded; undefined while it may be. */
  failure: unknown;

  readonly #options: LibraryStateOptions;
  readonly #stateFunctions: StateFunctions | undefined;
  readonly #history: VersionHistory;
  readonly #inspection: Inspection;
  readonly #ending = new AbortController();
  #settle!: () => void;
  #owners = 1;
  #endCompanion: (() => Promise<void>) | undefined;
  #companionEnded: Promise<void> | undefined;

  constructor(options: LibraryStateOptions) {
    this.#options = options;
    this.key = options.key;
    this.name = options.name;
    this.originalPath = options.originalPath;
    this.settings = options.settings;
    this.watch = options.watch;
    const { drainTimeoutMs, state, keepVersions } = options.settings;
    if (state !== undefined) this.#stateFunctions = new StateFunctions(state, this.originalPath);
    this.#history = new VersionHistory({ ...options, drainTimeoutMs });
    this.#inspection = new Inspection({ ...options, ended: this.ended });
    this.handle = options.kind.makeHandle(this);
    this.table = new SymbolTable(options.originalPath, options.onDeadCall);
    const load = (path: string) => this.#load(path);
    const { table } = this;
    const history = this.#history;
    this.current = new CurrentVersion({ ...options, table, history, keepVersions, load });
    this.next = new NextVersion({
      ...options,
      handle: this.handle,
      load,
      abandon: (image, path) => {
        history.abandon(image, path);
      },
    });
    this.pending = new PendingSlot({
      isNews: (copy) => options.kind.isNews(copy),
      discard: options.onUnused,
    });
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get version(): number {
    return this.current.number;
  }

  get isLoading(): boolean {
    return this.current.version === undefined && !this.closed;
  }

  get loadedPath(): string {
    return this.current.version?.loadedPath ?? '';
  }

  get versions(): readonly LibraryVersion[] {
    return this.#history.versions;
  }

  get symbols(): LibrarySymbols<SymbolDefinitions> {
    return this.table.object;
  }

  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  /** Loads the first version. All or nothing, like everything here that can fail. */
  *loadFirst(path: string, patience: Patience): Steps {
    yield* this.inspect(path, patience);
    const image = this.next.open(path);
    try {
      this.table.define(this.#options.signatures, image);
      this.#stateFunctions?.check(image);
      const answer = this.next.validate(this.table);
      yield isPromise(answer) ? patience.wait(answer, 'validate()') : undefined;
      this.checkOpen();
    } catch (error) {
      this.table.close();
      this.next.abandon();
      throw error;
    }
    this.next.promote();
    // What the system's loader searched for it found somewhere.
    if (this.watch === undefined) this.originalPath = image.path;
    this.current.begin(image, this.watch === undefined ? image.path : path);
    this.#settle();
  }

  /** Ends a library of which no version was ever loaded. */
  fail(error: unknown): void {
    this.failure = error;
    this.closed = true;
    this.next.abandon();
    this.#ending.abort(error);
    this.pending.drop();
    this.#settle();
  }

  /** Adds an owner, who may bring symbols of their own. */
  addOwner(signatures: ReadonlyMap<string, Signature>): void {
    this.table.define(signatures, this.#open().image);
    this.#owners += 1;
  }

  /** Takes an owner away, and closes the library with the last one. */
  removeOwner(): Promise<void> {
    this.#owners -= 1;
    if (this.#owners <= 0) this.close();
    return this.whenClosed();
  }

  makeCallback(definition: unknown, callee: unknown): LibraryCallback {
    this.#open();
    return this.table.makeCallback(definition, callee);
  }

  lease(): LibraryLease {
    const current = this.#open();
    let letGo: (() => void) | undefined = current.hold();
    const release = () => {
      letGo?.();
      letGo = undefined;
    };
    return { version: current.number, release, [Symbol.dispose]: release };
  }

  /** @throws ERR_LIBRARY_CLOSED */
  checkOpen(): void {
    if (this.closed) throw libraryClosed(this.name);
  }

  /** Finds out about a copy what there is to know before it is opened. */
  inspect(copy: string, patience: Patience): Steps {
    const subject = { library: this.name, version: this.version + 1 };
    const isFirst = this.current.version === undefined;
    const signatures = isFirst ? this.#options.signatures : this.table.signatures;
    return this.#inspection.inspect(copy, subject, signatures, patience);
  }

  /** Makes a version the current one. Returns what retires the one before, when all is told. */
  commit(image: NativeImage, addresses: Addresses, path: string, reload?: object): () => void {
    this.next.promote();
    return this.current.replace(image, addresses, path, reload);
  }

  /** Whether the system can give a version back. */
  get canUnload(): boolean {
    return this.#options.kind.canUnload;
  }

  /** What a new version would take over from the current one. */
  handover(): Handover {
    return new Handover(this.#stateFunctions, this.settings.preserve);
  }

  async rollback({ version }: RollbackOptions): Promise<AfterEvent> {
    const { kept } = this.current;
    const target = version === undefined ? kept.before : kept.find(version);
    if (target !== undefined && !this.closed) return this.#options.onRollback(target);
    if (this.closed) throw libraryClosed(this.name);
    const what = `No version ${version ?? 'before the current one'}`;
    throw new DynamicReloadError('ERR_INVALID_STATE', `${what} of ${this.name} is kept.`);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.table.close();
    this.#options.kind.close();
    this.next.abandon();
    if (this.current.version === undefined) this.failure = libraryClosed(this.name);
    this.current.end(); // A listener that hears of a reload may close the library.
    this.#settle();
    this.pending.drop();
    this.#ending.abort(libraryClosed(this.name));
    this.#companionEnded = this.#endCompanion?.();
    this.#options.onClose();
  }

  /** Resolves when every version that is to be closed is closed. */
  async whenClosed(): Promise<void> {
    await Promise.all([this.#history.whenClosed(), this.#companionEnded]);
  }

  /** Something goes on beside it. `end` is called when it is closed, which waits for that. */
  accompany(end: () => Promise<void>): void {
    if (this.closed) this.#companionEnded = end();
    else this.#endCompanion = end;
  }

  /** Whether it is closed, and nothing of it is in memory any more. */
  get isGone(): boolean {
    return this.closed && this.#history.isGone;
  }

  /** Asks the system once more for the versions that it keeps, for a reason or any. Returns how many it let go. */
  reap(reason?: ResidentReason): number {
    return this.#history.reap(reason);
  }

  #load(path: string): NativeImage {
    this.checkOpen();
    return this.#options.kind.open(path, this.originalPath, this.settings.flags);
  }

  #open(): Version {
    const { version } = this.current;
    if (this.closed || version === undefined) throw libraryClosed(this.name);
    if (!version.isClosed) return version;
    const message = `No version of ${this.name} is loaded at the moment.`;
    throw new DynamicReloadError('ERR_INVALID_STATE', message);
  }
}
