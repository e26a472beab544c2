// Tells listeners about reloads, and keeps what they throw from doing harm.

import { describe, DynamicReloadError } from './errors';
import type {
  AfterEvent,
  BeforeEvent,
  FailedEvent,
  Library,
  UpdateCallback,
  UpdateState,
  WarningEvent,
} from './events';
import { within } from './within';

/** How events reach the listeners of a reloader. */
interface Emit {
  (name: 'before', event: BeforeEvent): void;
  (name: 'after', event: AfterEvent): void;
  (name: 'failed', event: FailedEvent): void;
  (name: 'warning', event: WarningEvent): void;
}

export interface AnnouncerOptions {
  readonly emit: Emit;
  /** Of `update()`. */
  readonly callback?: UpdateCallback | undefined;
  /** Whether listeners may use `waitUntil`. */
  readonly canWait: boolean;
  /** How long may be waited for one promise; undefined for ever. */
  readonly timeoutMs?: number | undefined;
  readonly onThrow: (error: unknown) => void;
}

/**
 * Tells everybody who wants to know about one reload. A listener that throws before the commit stops
 * the reload; later there is nothing to stop, so what it throws is handed to `onThrow`.
 */
export class Announcer {
  readonly #emit: Emit;
  readonly #callback: UpdateCallback | undefined;
  /** Whether listeners may use `waitUntil`. */
  readonly canWait: boolean;
  readonly #timeoutMs: number | undefined;
  readonly #onThrow: (error: unknown) => void;

  constructor(options: AnnouncerOptions) {
    this.#emit = options.emit;
    this.#callback = options.callback;
    this.canWait = options.canWait;
    this.#timeoutMs = options.timeoutMs;
    this.#onThrow = options.onThrow;
  }

  /**
   * @param makeEvent is called once, with what becomes `waitUntil`
   * @returns what listeners asked to wait for
   * @throws ERR_BEFORE_LISTENER, also as the reason with which one of the promises rejects
   */
  before(
    library: Library,
    makeEvent: (waitUntil: BeforeEvent['waitUntil']) => BeforeEvent,
  ): readonly Promise<unknown>[] {
    const waiting: Promise<unknown>[] = [];
    let delivering = true;
    const waitUntil = (promise: PromiseLike<unknown>) => {
      if (!this.canWait || !delivering) {
        throw new DynamicReloadError(
          'ERR_INVALID_STATE',
          this.canWait
            ? 'waitUntil() can only be called while the listener runs.'
            : 'waitUntil() cannot be used in update(), which does not wait.',
        );
      }
      waiting.push(
        this.#inTime(Promise.resolve(promise), 'what it asked to wait for').catch(
          (cause: unknown) => {
            throw listenerError(library, cause);
          },
        ),
      );
    };
    try {
      this.#emit('before', makeEvent(waitUntil));
      this.#callback?.('before', library);
    } catch (cause) {
      const refusal = listenerError(library, cause);
      if (waiting.length === 0) throw refusal;
      // Others are at work already. The reload fails when they are done.
      waiting.push(Promise.reject(refusal));
    } finally {
      delivering = false;
    }
    return waiting;
  }

  /**
   * Waits for the answer of `what`, as long as that is allowed.
   *
   * @throws ERR_INVALID_STATE in `update()`
   */
  wait(answer: PromiseLike<unknown>, what: string): Promise<unknown> {
    if (this.canWait) return this.#inTime(Promise.resolve(answer), what);
    answer.then(undefined, () => undefined); // Nobody will hear of it.
    throw new DynamicReloadError(
      'ERR_INVALID_STATE',
      `${what} returned a promise in update(), which does not wait.`,
    );
  }

  after(event: AfterEvent): void {
    this.#tell('after', event.library, () => {
      this.#emit('after', event);
    });
  }

  failed(event: FailedEvent): void {
    const { library, error } = event;
    this.#tell(
      'failed',
      library,
      () => {
        this.#emit('failed', event);
      },
      error,
    );
  }

  /** Of the last step: nothing is stopped by it. */
  warn(library: Library, message: string): void {
    try {
      this.#emit('warning', { library, message });
    } catch (thrown) {
      this.#onThrow(thrown);
    }
  }

  #inTime(promise: Promise<unknown>, what: string): Promise<unknown> {
    return within(promise, this.#timeoutMs, what);
  }

  #tell(state: UpdateState, library: Library, emit: () => void, error?: DynamicReloadError): void {
    try {
      emit();
    } catch (thrown) {
      this.#onThrow(thrown);
    }
    try {
      this.#callback?.(state, library, error);
    } catch (thrown) {
      this.#onThrow(thrown);
    }
  }
}

function listenerError(library: Library, cause: unknown): DynamicReloadError {
  return new DynamicReloadError(
    'ERR_BEFORE_LISTENER',
    `A "before" listener refused to reload ${library.name}: ${describe(cause)}`,
    { cause },
  );
}
