// Tells listeners about reloads, and keeps what they throw from doing harm.

import { describe, DynamicReloadError } from './errors';
import type { BeforeEvent, FailedEvent, ReloadEvent, UpdateCallback, UpdateState } from './events';
import type { Library } from './types';

/** How events reach the listeners of a reloader. */
interface Emit {
  (name: 'before', event: BeforeEvent): void;
  (name: 'after', event: ReloadEvent): void;
  (name: 'failed', event: FailedEvent): void;
}

export interface AnnouncerOptions {
  readonly emit: Emit;
  /** Of `update()`. */
  readonly callback?: UpdateCallback | undefined;
  /** Whether listeners may use `waitUntil`. */
  readonly canWait: boolean;
  readonly onThrow: (error: unknown) => void;
}

/**
 * Tells everybody who wants to know about one reload. A listener that throws before the commit stops
 * the reload; later there is nothing to stop, so what it throws is handed to `onThrow`.
 */
export class Announcer {
  readonly #emit: Emit;
  readonly #callback: UpdateCallback | undefined;
  readonly #canWait: boolean;
  readonly #onThrow: (error: unknown) => void;

  constructor(options: AnnouncerOptions) {
    this.#emit = options.emit;
    this.#callback = options.callback;
    this.#canWait = options.canWait;
    this.#onThrow = options.onThrow;
  }

  /**
   * @returns what listeners asked to wait for
   * @throws ERR_BEFORE_LISTENER, also as the reason with which one of the promises rejects
   */
  before(library: Library): readonly Promise<unknown>[] {
    const waiting: Promise<unknown>[] = [];
    let delivering = true;
    const waitUntil = (promise: PromiseLike<unknown>) => {
      if (!this.#canWait || !delivering) {
        throw new DynamicReloadError(
          'ERR_INVALID_STATE',
          this.#canWait
            ? 'waitUntil() can only be called while the listener runs.'
            : 'waitUntil() cannot be used in update(), which does not wait.',
        );
      }
      waiting.push(
        Promise.resolve(promise).catch((cause: unknown) => {
          throw listenerError(library, cause);
        }),
      );
    };
    try {
      this.#emit('before', { library, version: library.version, waitUntil });
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

  after(library: Library): void {
    this.#tell('after', library, () => {
      this.#emit('after', { library, version: library.version });
    });
  }

  failed(library: Library, error: DynamicReloadError): void {
    this.#tell(
      'failed',
      library,
      () => {
        this.#emit('failed', { library, version: library.version, error });
      },
      error,
    );
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
