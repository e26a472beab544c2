// A project directory for each test: made before it, removed after it, and the current one meanwhile.

import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A directory that exists while a test runs. */
export interface TemporaryDirectory {
  /** Absolute, without symbolic links. */
  readonly path: string;
  /** The absolute path of something in it. The directories above that are made. */
  file(name: string): string;
  /** The absolute path of a directory in it, which is made. */
  directory(name: string): string;
}

class CurrentDirectory implements TemporaryDirectory {
  #path: string | undefined;

  get path(): string {
    if (this.#path === undefined) throw new Error('there is a directory only while a test runs');
    return this.#path;
  }

  file(name: string): string {
    return path.join(this.directory(path.dirname(name)), path.basename(name));
  }

  directory(name: string): string {
    const directory = path.join(this.path, name);
    mkdirSync(directory, { recursive: true });
    return directory;
  }

  make(): void {
    this.#path = realpathSync(mkdtempSync(path.join(tmpdir(), 'dynamic-reload-test-')));
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
    this.#path = undefined;
  }
}

/** Gives each test of a file, or of a describe(), an empty directory of its own. */
export function useTemporaryDirectory(): TemporaryDirectory {
  const directory = new CurrentDirectory();
  beforeEach(() => directory.make());
  afterEach(() => directory.remove());
  return directory;
}

/** Like {@link useTemporaryDirectory}, and makes it the current directory. */
export function useProjectDirectory(): TemporaryDirectory {
  const before = process.cwd();
  afterEach(() => process.chdir(before));
  const directory = useTemporaryDirectory();
  beforeEach(() => process.chdir(directory.path));
  return directory;
}
