import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LibraryNotFoundError } from '../lib';
import { findLibrary, platformFileName, type Search } from '../lib/search';
import { codedError } from './support/coded-error';
import { useProjectDirectory } from './support/temporary-directory';

const project = useProjectDirectory();
const executableDirectory = path.dirname(process.execPath);

function write(name: string): string {
  const file = project.file(name);
  writeFileSync(file, '');
  return file;
}

function search(paths: readonly string[] = [], mode: Search['mode'] = 'default'): Search {
  return { paths: paths.map((one) => path.resolve(one)), mode };
}

/** The places where a library that does not exist was looked for. */
function placesTried(fileName: string, where: Search): readonly string[] {
  try {
    return [findLibrary(fileName, where)];
  } catch (error) {
    return (error as LibraryNotFoundError).searched;
  }
}

/** The directories above one, up to the root. */
function above(directory: string): string[] {
  const parts = directory.split(path.sep);
  return parts.slice(1).map((_part, i) => parts.slice(0, parts.length - 1 - i).join('/') || '/');
}

describe('the platform name', () => {
  test.each([
    ['linux', 'foo', 'libfoo.so'],
    ['darwin', 'foo', 'libfoo.dylib'],
    ['win32', 'foo', 'foo.dll'],
    ['linux', 'build/foo', 'build/libfoo.so'],
    ['linux', './foo', './libfoo.so'],
    ['linux', '../a.b/foo.v2', '../a.b/libfoo.v2.so'],
    ['darwin', '/opt/foo', '/opt/libfoo.dylib'],
    ['win32', 'build/foo', 'build/foo.dll'],
  ] as const)('on %s of %s is %s', (platform, name, expected) => {
    expect(platformFileName(name, platform)).toBe(expected);
  });

  test('is that of this platform when none is named', () => {
    expect(platformFileName('foo')).toBe(platformFileName('foo', process.platform));
  });
});

describe('a library is found', () => {
  test('in the current directory before the search paths', () => {
    write('a/lib.so');
    const here = write('lib.so');
    expect(findLibrary('lib.so', search(['a']))).toBe(here);
  });

  test('in the first search path that has it', () => {
    write('c/lib.so');
    const first = write('b/lib.so');
    expect(findLibrary('lib.so', search(['a', 'b', 'c']))).toBe(first);
  });

  test('with its directory under each of the places', () => {
    const file = write('a/build/lib.so');
    expect(findLibrary('build/lib.so', search(['a']))).toBe(file);
  });

  test('above a search path when its name says so', () => {
    const file = write('lib.so');
    expect(findLibrary('../lib.so', search(['a']))).toBe(file);
  });

  test('by its absolute path, which is tidied and nothing else is tried', () => {
    const file = write('lib.so');
    expect(findLibrary(`${project.path}/a/..//./lib.so`, search())).toBe(file);
    const missing = path.join(project.path, 'a', 'lib.so');
    expect(placesTried(missing, search(['a'], 'backwards'))).toEqual([missing]);
  });

  test('through a symbolic link, under the name of the link', () => {
    write('releases/lib-1.so');
    symlinkSync('releases/lib-1.so', project.file('lib.so'));
    expect(findLibrary('lib.so', search())).toBe(project.file('lib.so'));
  });

  test('beside the executable', () => {
    expect(findLibrary(path.basename(process.execPath), search())).toBe(process.execPath);
  });
});

describe('only a regular file is taken', () => {
  test('not a directory of that name', () => {
    mkdirSync(project.file('lib.so'));
    const file = write('a/lib.so');
    expect(findLibrary('lib.so', search(['a']))).toBe(file);
  });

  test('not a link to nothing', () => {
    symlinkSync('nowhere', project.file('lib.so'));
    const file = write('a/lib.so');
    expect(findLibrary('lib.so', search(['a']))).toBe(file);
  });

  test('not something below a file', () => {
    write('a');
    const file = write('b/lib.so');
    expect(findLibrary('lib.so', search(['a', 'b']))).toBe(file);
  });

  test('not a link to itself, which is skipped like everything that cannot be looked at', () => {
    symlinkSync('lib.so', project.file('lib.so'));
    const file = write('a/lib.so');
    expect(findLibrary('lib.so', search(['a']))).toBe(file);
  });

  test('not under a name that is too long for the system', () => {
    const name = 'x'.repeat(300);
    expect(() => findLibrary(name, search())).toThrow(LibraryNotFoundError);
  });
});

describe('a library that is nowhere', () => {
  test('was looked for here, in the search paths, and beside the executable', () => {
    expect(placesTried('no.so', search(['b', 'a']))).toEqual([
      path.join(project.path, 'no.so'),
      path.join(project.path, 'b', 'no.so'),
      path.join(project.path, 'a', 'no.so'),
      path.join(executableDirectory, 'no.so'),
    ]);
  });

  test('was also looked for in every directory above the executable when searching backwards', () => {
    const directories = [project.path, executableDirectory, ...above(executableDirectory)];
    expect(directories.at(-1)).toBe('/');
    expect(placesTried('no.so', search([], 'backwards'))).toEqual(
      directories.map((directory) => path.join(directory, 'no.so')),
    );
  });

  test('was looked for once in each place', () => {
    const places = placesTried('no.so', search(['.', 'a', 'a', executableDirectory]));
    expect(places).toEqual([
      path.join(project.path, 'no.so'),
      path.join(project.path, 'a', 'no.so'),
      path.join(executableDirectory, 'no.so'),
    ]);
  });

  test('is reported with every place in the message', () => {
    const places = placesTried('no.so', search(['a']));
    const list = places.map((place) => `  ${place}`).join('\n');
    expect(() => findLibrary('no.so', search(['a']))).toThrow(
      codedError('ERR_LIBRARY_NOT_FOUND', {
        name: 'LibraryNotFoundError',
        message: `Cannot find no.so. Searched:\n${list}`,
        searched: places,
      }),
    );
  });

  test('says what `platformName` would find', () => {
    const meant = write('a/libfoo.so');
    expect(() => findLibrary('foo', search(['a']))).toThrow(
      codedError('ERR_LIBRARY_NOT_FOUND', {
        message: `With \`platformName: true\` it would be ${meant}.`,
      }),
    );
  });

  test('says what is there and is no file', () => {
    mkdirSync(project.file('lib.so'));
    expect(() => findLibrary('lib.so', search())).toThrow(
      codedError('ERR_LIBRARY_NOT_FOUND', {
        message: `${project.file('lib.so')} is not a regular file.`,
      }),
    );
  });
});
