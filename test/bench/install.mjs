// Puts packages that only a bench needs under build/, where a checkout keeps what is made.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Installs what is missing of a package.json beside this file, `calls` or `chart`.
 *
 * @returns the directory with the `node_modules`, with a slash at its end
 */
export function installPackages(name) {
  const wanted = readFileSync(new URL(`${name}/package.json`, import.meta.url), 'utf8');
  const directory = fileURLToPath(new URL(`../../build/bench-${name}/`, import.meta.url));
  // Written last, so that an installation that was interrupted starts again.
  const stamp = path.join(directory, 'installed.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return directory;
  console.error(`Installing packages in ${directory}`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'package.json'), wanted);
  // All of them come with binaries; none needs a script of its own.
  const flags = ['--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'];
  execFileSync('npm', ['install', ...flags, '--loglevel=error'], {
    cwd: directory,
    stdio: ['ignore', process.stderr, 'inherit'],
  });
  writeFileSync(stamp, wanted);
  return directory;
}
