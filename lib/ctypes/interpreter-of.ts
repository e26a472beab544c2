// The dynamic linker that a program of Linux asks for.

import { closeSync, openSync, readSync } from 'node:fs';

// Places in an ELF file of 64 bits, little-endian: elf(5), Elf64_Ehdr and Elf64_Phdr.
const HEADER_SIZE = 64;
const TABLE_OFFSET = 0x20;
const ENTRY_COUNT = 0x38;
const ENTRY_SIZE = 56;
const SEGMENT_OFFSET = 0x08;
const SEGMENT_SIZE = 0x20;
const PT_INTERP = 3;

/** Its path; undefined for a program without one, or for no program. */
export function interpreterOf(program: string): string | undefined {
  try {
    const file = openSync(program, 'r');
    try {
      return readInterpreter(file);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined; // A program that cannot be read tells nothing.
  }
}

function readInterpreter(file: number): string | undefined {
  const header = readAt(file, 0, HEADER_SIZE);
  if (header.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  const table = Number(header.readBigUInt64LE(TABLE_OFFSET));
  const count = header.readUInt16LE(ENTRY_COUNT);
  for (let index = 0; index < count; index++) {
    const entry = readAt(file, table + index * ENTRY_SIZE, ENTRY_SIZE);
    if (entry.readUInt32LE(0) !== PT_INTERP) continue;
    const offset = Number(entry.readBigUInt64LE(SEGMENT_OFFSET));
    const size = Number(entry.readBigUInt64LE(SEGMENT_SIZE));
    return readAt(file, offset, size).toString('utf8').replace(/\0$/, '');
  }
  return undefined;
}

function readAt(file: number, position: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  readSync(file, bytes, 0, size, position);
  return bytes;
}
