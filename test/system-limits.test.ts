// What the system refuses to the watcher and the loader. A process may set limits for itself in
// namespaces of its own.

import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { compile } from './support/compiler';
import { testWith } from './support/means';
import { hasNamespaces, inNamespaces } from './support/namespaces';
import { useTemporaryDirectory } from './support/temporary-directory';

const directory = useTemporaryDirectory();

const root = path.resolve(__dirname, '..');

// Adds a library and prints what comes of it. An empty shadow directory is the default one.
const SCRIPT = `
  const [root, library, shadowDir, watch, user] = process.argv.slice(1);
  const { DynamicReload } = require(root);
  if (user !== undefined) {
    process.setgroups([]);
    process.setgid(Number(user));
    process.setuid(Number(user));
  }
  function report({ name, code, message, path, syscall, errno }) {
    console.log(JSON.stringify({ name, code, message, path, syscall, errno }));
  }
  try {
    const reloader = new DynamicReload({ watch, ...(shadowDir === '' ? {} : { shadowDir }) });
    let warning;
    reloader.on('warning', ({ error, message }) => (warning = { code: error.code, message }));
    reloader
      .addLibrary(library)
      .then((added) => setImmediate(() => report({ message: added.loadedPath, ...warning })), report)
      .then(() => setImmediate(() => reloader.close()));
  } catch (error) {
    report(error);
  }
`;

// Adds a library, and replaces its directory while there is no room for a watch on the new one.
const LATER_SCRIPT = `
  const [root, library, shadowDir] = process.argv.slice(1);
  const { mkdirSync, renameSync, writeFileSync } = require('node:fs');
  const path = require('node:path');
  const { DynamicReload } = require(root);
  const setLimit = (limit) => writeFileSync('/proc/sys/user/max_inotify_watches', limit);
  const directory = path.dirname(library);
  const symbols = { shared_fun: { return: 'i32' } };

  (async () => {
    const reloader = new DynamicReload({ shadowDir, watch: 'events' });
    const first = await reloader.addLibrary(library, { symbols });
    const error = new Promise((resolve) => reloader.on('error', resolve));
    setLimit('0');
    renameSync(directory, directory + '-old');
    mkdirSync(directory);
    const { code } = await error;
    const answer = first.symbols.shared_fun();

    setLimit('1000');
    renameSync(directory + '-old/libx.so', library);
    await first.close();
    const again = await reloader.addLibrary(library, { symbols });
    console.log(JSON.stringify({ code, answer, again: again.symbols.shared_fun() }));
    await reloader.close();
  })();
`;

type Report = Readonly<Record<string, unknown>>;

function run(program: string, args: readonly string[]): Report {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Report;
}

/** Runs a script in a process that prepared its namespaces with a shell command. */
function addAfter(
  command: string,
  library: string,
  { code = SCRIPT, shadowDir = directory.directory('shadow'), watch = 'events' } = {},
): Report {
  const script = [process.execPath, '-e', code, root, library, shadowDir, watch];
  const [program, ...args] = inNamespaces(command, script);
  return run(program, args);
}

const testInNamespace = testWith(hasNamespaces);

testInNamespace('a full table of watches names the setting to raise', () => {
  const file = compile({ value: 1 }, directory.file('libx.so'));
  expect(addAfter('echo 0 > /proc/sys/user/max_inotify_watches', file)).toEqual({
    name: 'SystemCallError',
    code: 'ERR_WATCH_LIMIT',
    message: expect.stringContaining('fs.inotify.max_user_watches'),
    path: file,
    syscall: 'inotify_add_watch',
    errno: constants.errno.ENOSPC,
  });
});

testInNamespace('too many watchers on the system name the setting to raise', () => {
  const file = compile({ value: 1 }, directory.file('libx.so'));
  expect(addAfter('echo 0 > /proc/sys/user/max_inotify_instances', file)).toEqual({
    name: 'SystemCallError',
    code: 'ERR_WATCH_LIMIT',
    message: expect.stringContaining('fs.inotify.max_user_instances'),
    path: file,
    syscall: 'inotify_init1',
    errno: constants.errno.EMFILE,
  });
});

testInNamespace.each([
  ['max_inotify_watches', 'fs.inotify.max_user_watches'],
  ['max_inotify_instances', 'fs.inotify.max_user_instances'],
])('without %s a library is polled, and a warning says what to raise', (limit, setting) => {
  const file = compile({ value: 1 }, directory.file('libx.so'));
  const { code, message } = addAfter(`echo 0 > /proc/sys/user/${limit}`, file, { watch: 'auto' });
  expect(code).toBe('ERR_WATCH_LIMIT');
  expect(message).toMatch(new RegExp(`${setting} .*It is polled instead\\.$`));
});

testInNamespace('a limit that is reached later is an event, and the library goes on', () => {
  const file = compile({ value: 1 }, directory.file('watched/libx.so'));
  expect(addAfter('true', file, { code: LATER_SCRIPT })).toEqual({
    code: 'ERR_WATCH_LIMIT',
    answer: 1,
    again: 1,
  });
});

testInNamespace('a shadow directory that forbids execution is refused with a hint', () => {
  const file = compile({ value: 1 }, directory.file('libx.so'));
  const mount = `mount -t tmpfs -o noexec none ${directory.directory('shadow')}`;
  expect(addAfter(mount, file)).toMatchObject({
    code: 'ERR_SHADOW_COPY',
    message: expect.stringMatching(/mounted noexec \(statvfs\)\. Set `shadowDir` to a directory/),
    path: path.join(directory.path, 'shadow'),
  });
});

testInNamespace('a shadow directory that is read-only is refused with a hint', () => {
  const file = compile({ value: 1 }, directory.file('libx.so'));
  const mount = `mount -t tmpfs -o ro none ${directory.directory('shadow')}`;
  expect(addAfter(mount, file)).toMatchObject({
    code: 'ERR_SHADOW_COPY',
    message: expect.stringMatching(/Read-only file system \(mkdtemp\)\. Set `shadowDir` to/),
    errno: constants.errno.EROFS,
  });
});

testInNamespace.each(['noexec', 'ro'])(
  'a temporary directory that is mounted %s is passed over for the next one',
  (flag) => {
    const file = compile({ value: 1 }, directory.file('libx.so'));
    const temporary = directory.directory('tmp');
    const mount = `mount -t tmpfs -o ${flag} none ${temporary} && export TMPDIR=${temporary}`;
    const { code, message } = addAfter(mount, file, { shadowDir: '' });
    expect(code).toBeUndefined();
    expect(message).toMatch(/^\/var\/tmp\/dynamic-reload-/);
  },
);

testInNamespace('a full shadow directory is an error with both paths', () => {
  const file = compile({ value: 1 }, directory.file('libx.so'));
  const mount = `mount -t tmpfs -o size=4k none ${directory.directory('shadow')}`;
  expect(addAfter(mount, file)).toMatchObject({
    name: 'ShadowCopyError',
    code: 'ERR_SHADOW_COPY',
    path: file,
    syscall: 'sendfile',
    errno: constants.errno.ENOSPC,
  });
});

describe('of a user without permission', () => {
  const NOBODY = 65534;
  let file: string;
  let shadow: string;

  beforeEach(() => {
    file = compile({ value: 1 }, directory.file('closed/libx.so'));
    shadow = directory.directory('shadow');
    chmodSync(directory.path, 0o711);
    chmodSync(shadow, 0o777);
  });

  function addWithoutPermission(watch: 'auto' | 'events'): Report {
    // The superuser may do everything.
    const user = process.getuid?.() === 0 ? [`${NOBODY}`] : [];
    return run(process.execPath, ['-e', SCRIPT, root, file, shadow, watch, ...user]);
  }

  test('a directory that may not be read gives no events', () => {
    chmodSync(path.dirname(file), 0o311);
    expect(addWithoutPermission('events')).toEqual({
      name: 'SystemCallError',
      code: 'ERR_WATCH',
      message: `Cannot watch ${file}: Permission denied (inotify_add_watch)`,
      path: file,
      syscall: 'inotify_add_watch',
      errno: constants.errno.EACCES,
    });
  });

  test('a library in a directory that may not be read is polled', () => {
    chmodSync(path.dirname(file), 0o311);
    expect(addWithoutPermission('auto')).toEqual({
      code: 'ERR_WATCH',
      message: expect.stringMatching(/Permission denied .*It is polled instead\.$/),
    });
  });

  test('a library that may not be read cannot be copied', () => {
    chmodSync(file, 0o300);
    expect(addWithoutPermission('auto')).toEqual({
      name: 'ShadowCopyError',
      code: 'ERR_SHADOW_COPY',
      message: `Cannot use ${file} for a shadow copy: Permission denied (open)`,
      path: file,
      syscall: 'open',
      errno: constants.errno.EACCES,
    });
  });

  test('a library in a directory that may not be entered is not found', () => {
    chmodSync(path.dirname(file), 0o600);
    expect(addWithoutPermission('auto')).toMatchObject({ code: 'ERR_LIBRARY_NOT_FOUND' });
  });
});
