// What a library file is, and whether the user wants it, before any of its code runs.

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { native } from './native';
import { wrongType } from './option-checks';
import { refusal, type Subject } from './validation';

/** A file that is about to be loaded. None of its code has run. */
export interface LibraryFile {
  /**
   * The private copy that will be loaded, which nobody else can write to. While `verify` is at work it
   * holds the bytes of the original.
   */
  readonly path: string;
  /** What it is a copy of. That file may be another one by now. */
  readonly originalPath: string;
  /** Of the bytes of the copy, as `sha256sum` tells it: 64 hexadecimal digits in lower case. */
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  /** What the linker wrote into it to tell builds apart, hexadecimal; null when it did not. */
  readonly buildId: string | null;
}

/** What an owner of a library demands of its files. */
export interface VerificationSettings {
  readonly verify: ((file: LibraryFile) => unknown) | undefined;
  /** Digests, in lower case. */
  readonly allow: ReadonlySet<string> | undefined;
}

/** And what else is to know of it before it is opened. */
export interface InspectionSettings extends VerificationSettings {
  readonly probe: boolean;
  readonly flags: number | undefined;
  readonly keepUnique: boolean;
}

const DIGEST = /^[0-9a-f]{64}$/i;
const CHUNK_SIZE = 1 << 20;

/** @throws ERR_INVALID_ARG_TYPE */
export function readAllow(allow: unknown): ReadonlySet<string> | undefined {
  if (allow === undefined) return undefined;
  const wanted = 'a list of SHA-256 digests, each of 64 hexadecimal digits';
  if (!Array.isArray(allow)) throw wrongType('allow', wanted, allow);
  for (const digest of allow as readonly unknown[]) {
    if (typeof digest !== 'string' || !DIGEST.test(digest))
      throw wrongType('allow', `${wanted}; one is`, digest);
  }
  return new Set((allow as readonly string[]).map((digest) => digest.toLowerCase()));
}

/** Reads the copy, all of it. */
export function describeFile(path: string, originalPath: string): LibraryFile {
  const { buildId } = native.files.traits(path);
  const file = openSync(path, 'r');
  try {
    return {
      path,
      originalPath,
      sha256: digestOf(file),
      size: fstatSync(file).size,
      buildId: buildId === '' ? null : buildId,
    };
  } finally {
    closeSync(file);
  }
}

function digestOf(file: number): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_SIZE);
  let count: number;
  while ((count = readSync(file, chunk)) > 0) hash.update(chunk.subarray(0, count));
  return hash.digest('hex');
}

/** @throws ERR_VALIDATION */
export function checkAllowed(
  { sha256 }: LibraryFile,
  allow: ReadonlySet<string> | undefined,
  subject: Subject,
): void {
  if (allow === undefined || allow.has(sha256)) return;
  throw refusal(subject, `its SHA-256 digest ${sha256} is not in the list "allow"`);
}
