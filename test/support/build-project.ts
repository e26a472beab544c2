// A project with sources in src/ and a Makefile that makes libx.so.

import { readFileSync, writeFileSync } from 'node:fs';
import { type BuildEvent, type BuildOptions, type DynamicReload, type Library } from '../../lib';
import { useProjectDirectory, type TemporaryDirectory } from './temporary-directory';

export const symbols = { shared_fun: { return: 'i32' } } as const;

// The compiler would load what this process was started under a sanitizer with, too.
const env = { LD_PRELOAD: undefined };

export const MAKE: BuildOptions = { command: 'make', watch: ['src/**/*.{c,h}'], env };

const COMPILE = 'cc -shared -fPIC -o libx.so src/*.c';

/** Counts the builds in a file `runs`. While there is a file `wait` and none `go`, it waits. */
export const GATED: BuildOptions = {
  ...MAKE,
  command: `echo run >> runs; while test -e wait && ! test -e go; do sleep 0.01; done; ${COMPILE}`,
};

// Made each time: make does not see that a source changed within the tick, of some milliseconds, in
// which it made the library.
const MAKEFILE = '.PHONY: libx.so\nlibx.so: $(wildcard src/*.c)\n\tcc -shared -fPIC -o $@ $^\n';

export interface BuildProject extends TemporaryDirectory {
  /** Writes a source: a text, or a function `shared_fun` that returns the value. */
  write(source: number | string, name?: string): void;
  /** How often {@link GATED} ran. */
  readonly runs: number;
}

/** Makes a project with a source for each test. */
export function useBuildProject(): BuildProject {
  const directory = useProjectDirectory();
  const write = (source: number | string, name = 'x.c') => {
    const text =
      typeof source === 'string' ? source : `int shared_fun(void) { return ${source}; }\n`;
    writeFileSync(directory.file(`src/${name}`), text);
  };
  beforeEach(() => {
    writeFileSync(directory.file('Makefile'), MAKEFILE);
    write(1);
  });
  return {
    get path() {
      return directory.path;
    },
    get runs() {
      return readFileSync(directory.file('runs'), 'utf8').split('\n').length - 1;
    },
    file: (name) => directory.file(name),
    directory: (name) => directory.directory(name),
    write,
  };
}

/** Adds libx.so. */
export function addBuilt(
  reloader: DynamicReload,
  build: BuildOptions = MAKE,
): Promise<Library<typeof symbols>> {
  return reloader.addLibrary('./libx.so', { symbols, build });
}

export function logBuilds(reloader: DynamicReload): BuildEvent[] {
  const events: BuildEvent[] = [];
  reloader.on('build', (event) => events.push(event));
  return events;
}

/** All that builds wrote. */
export function outputOf(events: readonly BuildEvent[]): string {
  return events.map((event) => (event.state === 'output' ? event.text : '')).join('');
}
