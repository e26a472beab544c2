// Collects the trace of a reloader from the watcher thread and from JavaScript, for those who read it.

import type { EventEmitter } from 'node:events';
import type { NativeTraceListener, NativeWatcher } from '../binding';
import type { DynamicReloadEvents, Library, OwnEvents, TraceEvent, UnloadedEvent } from './events';
import { carefully } from './listeners';
import type { TracePhaseName } from './trace-names';

/** Writes down what is done. */
export interface Tracing {
  /** Whether anybody reads it. */
  readonly isOn: boolean;
  phase(library: Library, what: TracePhaseName, detail?: string): void;
}

export interface TracerOptions {
  readonly emitter: EventEmitter<DynamicReloadEvents>;
  readonly watcher: Pick<NativeWatcher, 'switchTrace' | 'drainTrace'>;
  /** The library with this number at the watcher, unless it was removed. */
  readonly libraryOf: (watch: number) => Library | undefined;
}

/**
 * On while the environment variable asks for it or somebody listens to `trace`; otherwise the watcher
 * thread makes no entries, and nothing is done here.
 */
export class Tracer implements Tracing {
  readonly #options: TracerOptions;
  readonly #untold: TraceEvent[] = [];
  readonly #prints = isAskedFor(process.env['DYNAMIC_RELOAD_DEBUG']);
  /** From the watcher's clock to that of `performance.now()`. */
  readonly #offset: number;
  #isOn = false;

  constructor(options: TracerOptions) {
    this.#options = options;
    this.#offset = performance.now() - options.watcher.drainTrace(() => undefined);
    this.follow();
    this.#switch(this.#prints);
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Finds out by itself who listens. To be called again when listeners of all kinds were removed. */
  follow(): void {
    const emitter = this.#options.emitter as EventEmitter; // These two are nobody's business.
    emitter.off('newListener', this.#onNewListener).on('newListener', this.#onNewListener);
    emitter.off('removeListener', this.#onRemoveListener);
    emitter.on('removeListener', this.#onRemoveListener);
  }

  phase(library: Library, what: TracePhaseName, detail = ''): void {
    if (!this.#isOn) return;
    const time = this.drain();
    this.#write({ time, library, kind: 'phase', what, detail });
  }

  /** Some events are steps of a reload, too. */
  told<Name extends keyof OwnEvents>(name: Name, event: OwnEvents[Name][0]): void {
    if (!this.#isOn || (name !== 'unloaded' && name !== 'resident')) return;
    const { version, library } = event as UnloadedEvent;
    const reasons = 'reasons' in event ? `: ${event.reasons.join(', ')}` : '';
    this.phase(library, name, `version ${version}${reasons}`);
  }

  /** Takes in what the watcher thread wrote. Returns the time, after all of that. */
  drain(): number {
    const { watcher, libraryOf } = this.#options;
    const entries: TraceEvent[] = [];
    const onEntry: NativeTraceListener = (kind, watch, what, text, time) => {
      const library = libraryOf(watch) ?? null;
      const words = kind === 'decision' ? { reason: text } : { detail: text };
      entries.push({ time: time + this.#offset, library, kind, what, ...words } as TraceEvent);
    };
    const now = watcher.drainTrace(onEntry) + this.#offset;
    for (const entry of entries) this.#write(entry);
    return now;
  }

  readonly #onNewListener = (name: string | symbol) => {
    if (name === 'trace') this.#switch(true);
  };

  readonly #onRemoveListener = (name: string | symbol) => {
    if (name !== 'trace') return;
    this.#switch(this.#prints || this.#options.emitter.listenerCount('trace') > 0);
  };

  #switch(on: boolean): void {
    if (this.#isOn === on) return;
    this.#isOn = on;
    this.#options.watcher.switchTrace(on);
  }

  /**
   * Prints at once, since a library may crash the process. A listener may do anything, which it must not
   * in the middle of a reload; so it is told a little later.
   */
  #write(entry: TraceEvent): void {
    if (this.#prints) process.stderr.write(`${lineOf(entry)}\n`);
    this.#untold.push(entry);
    if (this.#untold.length > 1) return;
    queueMicrotask(() => {
      for (const one of this.#untold.splice(0)) {
        carefully(() => this.#options.emitter.emit('trace', one));
      }
    });
  }
}

function isAskedFor(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}

function lineOf(entry: TraceEvent): string {
  const { time, library, kind, what } = entry;
  const words = kind === 'decision' ? entry.reason : entry.detail;
  const facts = words === '' ? what : `${what}: ${words.replaceAll(/\s*\n\s*/g, ' | ')}`;
  return `dynamic-reload ${time.toFixed(3)} ms ${library?.name ?? '-'} ${kind}: ${facts}`;
}
