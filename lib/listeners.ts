// How listeners are told, also those that throw where nobody can catch it.

import type { EventEmitter } from 'node:events';
import type { BuildEvent, DynamicReloadEvents, OwnEvents } from './events';

/** Tells the listeners of the reloader, and those of the library. */
export function tellBoth<Name extends keyof OwnEvents>(
  reloader: EventEmitter,
  name: Name,
  event: OwnEvents[Name][0],
): void {
  try {
    reloader.emit(name, event);
  } finally {
    (event.library as EventEmitter).emit(name, event);
  }
}

/** Tells the listeners of the reloader, and those of each library. */
export function tellAll(reloader: EventEmitter<DynamicReloadEvents>, event: BuildEvent): void {
  carefully(() => reloader.emit('build', event));
  for (const library of event.libraries) carefully(() => library.emit('build', event));
}

/** Runs listeners where nothing may be thrown. */
export function carefully(emit: () => void): void {
  try {
    emit();
  } catch (thrown) {
    throwLater(thrown);
  }
}

/** What a listener throws reaches the program as an uncaught exception, as from any emitter. */
export function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
