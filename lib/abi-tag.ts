// The variable of a library that tells which versions fit the program.

import { DynamicReloadError, SymbolNotFoundError } from './errors';
import { native } from './native';

/**
 * Compares it in the files, so that a version which does not fit is not even loaded: no code of it
 * runs.
 */
export class AbiTag {
  readonly #symbol: string;
  #first: Uint8Array | undefined;

  constructor(symbol: string) {
    this.#symbol = symbol;
  }

  /**
   * Every version must have the tag of the first.
   *
   * @throws ERR_SYMBOL_NOT_FOUND, or ERR_VALIDATION, also when it is no value that can be compared
   */
  check(path: string, originalPath: string): void {
    const tag = this.#read(path, originalPath);
    this.#first ??= tag;
    if (Buffer.compare(tag, this.#first) === 0) return;
    throw new DynamicReloadError(
      'ERR_VALIDATION',
      `${originalPath} was refused: its ${this.#symbol} is ${show(tag)}, that of the running version ${show(this.#first)}.`,
    );
  }

  #read(path: string, originalPath: string): Uint8Array {
    const value = native.files.initialValue(path, this.#symbol);
    if (value === null) throw new SymbolNotFoundError(this.#symbol, originalPath, []);
    if (!value.hasAddress) return value.bytes;
    throw new DynamicReloadError(
      'ERR_VALIDATION',
      `${originalPath}: "${this.#symbol}" has an address, which says nothing about what is there; make it an integer or an array of char.`,
    );
  }
}

/** As the text or the integer that it probably is. */
function show(tag: Uint8Array): string {
  const bytes = Buffer.from(tag);
  const text = bytes.subarray(0, Math.max(0, bytes.indexOf(0))).toString('latin1');
  if (text !== '' && /^[\x20-\x7e]+$/.test(text) && bytes.length > text.length) {
    if (bytes.subarray(text.length).every((byte) => byte === 0)) return JSON.stringify(text);
  }
  return bytes.length <= 8
    ? `0x${Buffer.from(bytes).reverse().toString('hex')}`
    : `${bytes.subarray(0, 16).toString('hex')}...`;
}
