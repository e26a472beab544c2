// What C leaves to each system. Every one here has 64-bit addresses.

import { interpreterOf } from './interpreter-of';
import type { ScalarName } from './type';

/** What decides about types: the operating system, the processor and, on Linux, the C library. */
export type Platform =
  | 'linux-x64-glibc'
  | 'linux-arm64-glibc'
  | 'linux-x64-musl'
  | 'linux-arm64-musl'
  | 'darwin-x64'
  | 'darwin-arm64'
  | 'win32-x64'
  | 'win32-arm64';

/** The types of which systems have their own idea, without those that follow from them. */
export interface PlatformTypes {
  /** A plain `char`. */
  readonly char: 'i8' | 'u8';
  readonly wchar_t: 'u16' | 'i32' | 'u32';
  readonly long: 'i32' | 'i64';
  readonly off_t: 'i32' | 'i64';
  /** `int_fast16_t` and `int_fast32_t`. */
  readonly fast16: 'i16' | 'i32' | 'i64';
  readonly fast32: 'i32' | 'i64';
}

const LP64 = { char: 'i8', wchar_t: 'i32', long: 'i64', off_t: 'i64' } as const;

// AAPCS64, 10.1.1 and 10.1.2 "Types varying by data model": char and wchar_t have no sign.
const ARM = { char: 'u8', wchar_t: 'u32' } as const;

// stdint.h of glibc: "#if __WORDSIZE == 64 typedef long int int_fast16_t", and so on.
const GLIBC = { ...LP64, fast16: 'i64', fast32: 'i64' } as const;

// arch/*/bits/stdint.h of musl: "typedef int32_t int_fast16_t; typedef int32_t int_fast32_t".
const MUSL = { ...LP64, fast16: 'i32', fast32: 'i32' } as const;

// stdint.h of Apple: "typedef int16_t int_fast16_t; typedef int32_t int_fast32_t". On Arm char and
// wchar_t keep their sign: "Writing ARM64 code for Apple platforms".
const DARWIN = { ...LP64, fast16: 'i16', fast32: 'i32' } as const;

// LLP64. stdint.h of Visual C++: "typedef int int_fast16_t"; sys/types.h: "typedef long _off_t". A
// char has a sign on every processor (/J), a wchar_t is an unsigned short.
const WINDOWS = {
  char: 'i8',
  wchar_t: 'u16',
  long: 'i32',
  off_t: 'i32',
  fast16: 'i32',
  fast32: 'i32',
} as const;

export const PLATFORMS: Readonly<Record<Platform, PlatformTypes>> = {
  'linux-x64-glibc': GLIBC,
  'linux-arm64-glibc': { ...GLIBC, ...ARM },
  'linux-x64-musl': MUSL,
  'linux-arm64-musl': { ...MUSL, ...ARM },
  'darwin-x64': DARWIN,
  'darwin-arm64': DARWIN,
  'win32-x64': WINDOWS,
  'win32-arm64': WINDOWS,
};

/** Linux has programs of two C libraries. Which one this is says its dynamic linker. */
function libcOfLinux(): 'glibc' | 'musl' {
  return interpreterOf(process.execPath)?.includes('ld-musl') === true ? 'musl' : 'glibc';
}

function thisPlatform(): string {
  const system = `${process.platform}-${process.arch}`;
  return process.platform === 'linux' ? `${system}-${libcOfLinux()}` : system;
}

/** The types of this system. One that is not known is taken for a Linux of the usual kind. */
export const HERE: PlatformTypes =
  new Map<string, PlatformTypes>(Object.entries(PLATFORMS)).get(thisPlatform()) ?? GLIBC;

/** Whether a plain `char` has a sign. */
export const isCharSigned = HERE.char === 'i8';

/** What `wchar_t` is. */
export const WCHAR: ScalarName = HERE.wchar_t;
