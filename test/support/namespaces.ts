// Processes with limits and mounts of their own: user_namespaces(7), mount_namespaces(7).

import { spawnSync } from 'node:child_process';

const UNSHARE = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'];

/**
 * The arguments that run a program in namespaces of its own, where it is the superuser, after a shell
 * command that prepares them. To the command the program is $0, and its arguments are $1 and so on.
 */
export function inNamespaces(
  command: string,
  program: readonly string[],
): readonly [program: string, ...args: string[]] {
  const [first = '', ...rest] = UNSHARE;
  return [first, ...rest, `${command} && exec "$0" "$@"`, ...program];
}

// Some systems, and most containers, do not let a process make namespaces, or set limits in them.
const PROBE = 'echo 0 > /proc/sys/user/max_inotify_watches && mount -t tmpfs none /tmp';
const [program, ...args] = inNamespaces(PROBE, ['true']);

export const hasNamespaces = spawnSync(program, args).status === 0;
