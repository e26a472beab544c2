// Events as asynchronous iterators.

import type { EventEmitter } from 'node:events';
import type { Library, OwnEvents, NamedEvent } from './events';

const NAMES: readonly (keyof OwnEvents)[] = [
  ...(['before', 'after', 'failed', 'unloaded', 'resident', 'warning'] as const),
];

/** So many are kept for who does not read them. */
const MOST_UNREAD = 1000;

/** The streams of one emitter. They share its listeners, or Node.js would warn of a leak. */
export class EventStreams {
  readonly #emitter: EventEmitter;
  readonly #streams = new Set<EventStream>();
  readonly #listeners = NAMES.map(
    (type) =>
      [
        type,
        (event: object) => {
          for (const stream of this.#streams) stream.add({ type, ...event } as NamedEvent);
        },
      ] as const,
  );
  #isOver = false;

  constructor(emitter: EventEmitter) {
    this.#emitter = emitter;
  }

  /** Gives every event from now on, until it is told to end. */
  open(): EventStream {
    const stream: EventStream = new EventStream(() => {
      this.#remove(stream);
    });
    if (this.#isOver) stream.end();
    else this.#add(stream);
    return stream;
  }

  /** Ends all of them, now and in the future. */
  end(): void {
    this.#isOver = true;
    for (const stream of [...this.#streams]) stream.end();
  }

  #add(stream: EventStream): void {
    if (this.#streams.size === 0) {
      for (const [name, listener] of this.#listeners) this.#emitter.on(name, listener);
    }
    this.#streams.add(stream);
  }

  #remove(stream: EventStream): void {
    if (!this.#streams.delete(stream) || this.#streams.size > 0) return;
    for (const [name, listener] of this.#listeners) this.#emitter.off(name, listener);
  }
}

export class EventStream implements AsyncIterableIterator<NamedEvent> {
  readonly #events: NamedEvent[] = [];
  readonly #onEnd: () => void;
  readonly #waiting: (() => void)[] = [];
  #isOver = false;
  #lost: { readonly library: Library; readonly count: number } | undefined;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  add(event: NamedEvent): void {
    this.#events.push(event);
    if (this.#events.length > MOST_UNREAD) this.#loseOldest();
    this.#wake();
  }

  /** What was added before can still be read. */
  end(): void {
    this.#isOver = true;
    this.#onEnd();
    this.#wake();
  }

  async next(): Promise<IteratorResult<NamedEvent, undefined>> {
    while (this.#events.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    const value = this.#takeLoss() ?? this.#events.shift();
    return value === undefined ? { value, done: true } : { value, done: false };
  }

  return(): Promise<IteratorResult<NamedEvent, undefined>> {
    this.#events.length = 0;
    this.#lost = undefined;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #loseOldest(): void {
    const oldest = this.#events.shift();
    if (oldest !== undefined) {
      this.#lost = { library: oldest.library, count: (this.#lost?.count ?? 0) + 1 };
    }
  }

  /** What stands in the place of lost events. */
  #takeLoss(): NamedEvent | undefined {
    if (this.#lost === undefined) return undefined;
    const { library, count } = this.#lost;
    this.#lost = undefined;
    const message = `${count} events before this were lost: more than ${MOST_UNREAD} were not read.`;
    return { type: 'warning', library, message };
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
