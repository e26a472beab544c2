// Builds whenever sources change: one build at a time.

import { BuildRun, type BuildStream } from './build-run';
import { SourceWatch } from './build-sources';
import type { BuildSettings } from './build-options';
import type { BuildError } from './errors';

export interface BuildListener {
  /** `sources` are those that changed. */
  onStart(sources: readonly string[]): void;
  onOutput(stream: BuildStream, text: string): void;
  onEnd(error: BuildError | null): void;
  /** Some sources may not be watched. */
  onWatchError(error: unknown): void;
}

/**
 * Builds once at first, and again when a source changes. What changes during a build makes exactly one
 * more after it.
 */
export class Builder {
  readonly settings: BuildSettings;
  #latest: Promise<BuildError | null>;
  readonly #listener: BuildListener;
  readonly #changed = new Set<string>();
  readonly #sources: Promise<SourceWatch>;
  #run: BuildRun | undefined;
  #isBuilding = true;
  #closing: Promise<void> | undefined;

  constructor(settings: BuildSettings, listener: BuildListener) {
    this.settings = settings;
    this.#listener = listener;
    this.#sources = SourceWatch.open(settings, {
      onChange: (file) => {
        this.#changed.add(file);
        if (!this.#isBuilding) void this.#buildWhatChanged();
      },
      onError: (error) => {
        listener.onWatchError(error);
      },
    });
    this.#latest = this.#begin();
  }

  /** Resolves with the outcome of the build under way, or of the last one. Never, when it is closed. */
  get latest(): Promise<BuildError | null> {
    return this.#latest;
  }

  /** Ends a build under way. Resolves when it is over and nothing is watched any more. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Ends a build under way at once: this process ends. */
  kill(): void {
    this.#run?.kill();
  }

  #isClosed(): boolean {
    return this.#closing !== undefined;
  }

  async #close(): Promise<void> {
    const watching = this.#sources.then(
      (sources) => sources.close(),
      () => undefined, // It was never watched, which is known.
    );
    await Promise.all([watching, this.#run?.end()]);
  }

  async #begin(): Promise<BuildError | null> {
    await this.#sources; // First the watch, then the build: what changes in between is built again.
    this.#changed.clear();
    const error = await this.#build([]);
    void this.#buildWhatChanged();
    return error;
  }

  async #buildWhatChanged(): Promise<void> {
    this.#isBuilding = true;
    while (this.#changed.size > 0 && !this.#isClosed()) {
      const sources = [...this.#changed];
      this.#changed.clear();
      this.#latest = this.#build(sources);
      await this.#latest;
    }
    this.#isBuilding = false;
  }

  async #build(sources: readonly string[]): Promise<BuildError | null> {
    if (this.#isClosed()) return new Promise(() => undefined);
    this.#listener.onStart(sources);
    this.#run = new BuildRun(this.settings, (stream, text) => {
      if (!this.#isClosed()) this.#listener.onOutput(stream, text);
    });
    const error = await this.#run.ended;
    this.#run = undefined;
    if (this.#isClosed()) return new Promise(() => undefined);
    this.#listener.onEnd(error);
    return error;
  }
}
