// The builds of one reloader, and the libraries that they are for.

import type { EventEmitter } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { abortable } from './abortable';
import { commandLine, type BuildSettings } from './build-options';
import { Builder } from './builder';
import { describe, DynamicReloadError, reloaderClosed, type BuildError } from './errors';
import type { BuildEvent, DynamicReloadEvents, Library } from './events';
import type { LibraryState } from './library';
import type { LibraryRequest } from './library-request';
import { carefully, tellAll, tellBoth } from './listeners';
import { ReloadEvents } from './reload-events';
import type { Tracing } from './tracer';

export interface BuildersOptions {
  /** The reloader. */
  readonly emitter: EventEmitter<DynamicReloadEvents>;
  readonly tracer: Tracing;
  readonly stateOf: (library: Library) => LibraryState | undefined;
}

/** A builder and who needs it. */
interface Site {
  readonly builder: Builder;
  readonly states: Set<LibraryState>;
  /** Those that are being added. */
  adding: number;
  isClosing: boolean;
}

/** Libraries with the same build share it, so that it never runs twice at once. */
export class Builders {
  readonly #options: BuildersOptions;
  readonly #sites = new Set<Site>();
  readonly #failures = new Map<LibraryState, BuildError>();
  readonly #closed = new AbortController();

  constructor(options: BuildersOptions) {
    this.#options = options;
  }

  /**
   * Adds a library, after it was built if that was asked for. With `waitForFile` a build that fails is
   * no reason not to.
   *
   * @throws ERR_BUILD, and what `add` does
   */
  async addBuilt(
    { settings, signal }: LibraryRequest,
    add: () => Promise<Library>,
  ): Promise<Library> {
    if (settings.build === undefined) return add();
    const site = this.#siteOf(settings.build);
    site.adding += 1;
    try {
      const error = await this.#latestOf(site, signal);
      if (error !== null && !settings.waitForFile) throw error;
      const library = await add();
      this.#join(site, library);
      return library;
    } finally {
      site.adding -= 1;
      void this.#closeUnused(site);
    }
  }

  /** Tells of the builds that failed during a reload, once that is over. */
  tellFailures(): void {
    for (const [state, error] of this.#failures) {
      if (state.isBusy) continue;
      this.#failures.delete(state);
      if (!state.closed) this.#tellFailure(state, error);
    }
  }

  async close(): Promise<void> {
    this.#closed.abort(reloaderClosed());
    await Promise.all([...this.#sites].map((site) => this.#closeSite(site)));
  }

  #tellFailure({ handle, current }: LibraryState, error: BuildError): void {
    this.#options.tracer.phase(handle, 'failed', error.message);
    const oldVersion = current.version?.isClosed === true ? 'lost' : 'kept';
    const event = new ReloadEvents(handle).failed(error, oldVersion);
    carefully(() => {
      tellBoth(this.#options.emitter, 'failed', event);
    });
  }

  #siteOf(settings: BuildSettings): Site {
    const known = [...this.#sites].find(
      ({ builder, isClosing }) => !isClosing && isDeepStrictEqual(builder.settings, settings),
    );
    if (known !== undefined) return known;
    if (this.#sites.size === 0) process.on('exit', this.#onExit);
    const builder = this.#makeBuilder(settings, () => site);
    const site: Site = { builder, states: new Set(), adding: 0, isClosing: false };
    this.#sites.add(site);
    return site;
  }

  #makeBuilder(settings: BuildSettings, siteOf: () => Site): Builder {
    const facts = () => ({
      libraries: [...siteOf().states].map(({ handle }) => handle),
      command: commandLine(settings),
    });
    const { emitter, tracer } = this.#options;
    const tell = (event: BuildEvent) => {
      tellAll(emitter, event);
    };
    return new Builder(settings, {
      onStart: (sources) => {
        for (const { handle } of siteOf().states)
          tracer.phase(handle, 'build', commandLine(settings));
        tell({ ...facts(), state: 'started', sources });
      },
      onOutput: (stream, text) => {
        tell({ ...facts(), state: 'output', stream, text });
      },
      onEnd: (error) => {
        tell({ ...facts(), state: 'ended', error });
        if (error === null) return;
        for (const state of siteOf().states) this.#failures.set(state, error);
        this.tellFailures();
      },
      onWatchError: (cause) => {
        carefully(() => emitter.emit('error', sourceError(cause)));
      },
    });
  }

  async #latestOf({ builder }: Site, signal: AbortSignal | undefined): Promise<BuildError | null> {
    const { signal: closed } = this.#closed;
    const { latest } = builder;
    const ends = signal === undefined ? closed : AbortSignal.any([closed, signal]);
    await abortable(latest, ends);
    return latest;
  }

  /** The library is built as long as it is open. */
  #join(site: Site, library: Library): void {
    const state = this.#options.stateOf(library);
    if (state === undefined || site.states.has(state)) return;
    site.states.add(state);
    state.accompany(() => {
      site.states.delete(state);
      this.#failures.delete(state);
      return this.#closeUnused(site);
    });
  }

  async #closeUnused(site: Site): Promise<void> {
    if (site.adding === 0 && site.states.size === 0) await this.#closeSite(site);
  }

  async #closeSite(site: Site): Promise<void> {
    site.isClosing = true;
    await site.builder.close();
    this.#sites.delete(site);
    if (this.#sites.size === 0) process.off('exit', this.#onExit);
  }

  // A process that ends by itself leaves no build behind.
  readonly #onExit = () => {
    for (const { builder } of this.#sites) builder.kill();
  };
}

function sourceError(cause: unknown): DynamicReloadError {
  const isLimit = cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC';
  const message = `The sources of a build are not watched, or not all of them: ${describe(cause)}`;
  return new DynamicReloadError(isLimit ? 'ERR_WATCH_LIMIT' : 'ERR_WATCH', message, { cause });
}
