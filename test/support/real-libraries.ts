// How tests load real libraries.

import { constants } from 'node:os';

const { RTLD_NOW, RTLD_DEEPBIND } = constants.dlopen;

/** Sanitizers end a process that loads a library which prefers its own symbols. */
export const isSanitized = /lib[at]san/.test(process.env['LD_PRELOAD'] ?? '');

/**
 * Node.js exports the symbols of the libraries that are built into it, such as zlib and SQLite. They
 * stand before those of the system's copy, also where that copy calls itself, unless it is loaded so
 * that it prefers its own.
 */
export const OWN_SYMBOLS_FIRST = isSanitized ? RTLD_NOW : RTLD_NOW | RTLD_DEEPBIND;
