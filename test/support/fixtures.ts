// The libraries that CMake builds from fixtures/.

import path from 'node:path';

/** The file of a library that is built from fixtures/, such as `libcalls.so`. */
export function fixture(fileName: string): string {
  return path.resolve(__dirname, '..', '..', 'build', 'fixtures', fileName);
}
