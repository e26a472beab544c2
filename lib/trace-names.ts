// The words of a trace.

/**
 * An event of inotify(7) in small letters; `overflow` when the kernel lost some. `polled`: a look at a
 * file that is polled. `lost`: entries of the trace are missing here.
 */
export type TraceReportName =
  | 'moved-to'
  | 'moved-from'
  | 'create'
  | 'delete'
  | 'close-write'
  | 'attrib'
  | 'move-self'
  | 'unmount'
  | 'ignored'
  | 'overflow'
  | 'polled'
  | 'lost';

/**
 * `look` at the file, `retry` that look after a while, `wait` for the next report, or `skip` what is no
 * change; `reload` the copy that was made, or `fail`. `poll` the file, or `listen` to the system;
 * `replan` which directories to watch.
 */
export type TraceDecisionName =
  'look' | 'retry' | 'wait' | 'skip' | 'reload' | 'fail' | 'poll' | 'listen' | 'replan';

/**
 * `build` is that of its sources. `copy` is the private copy. `before` to `commit` and then `after`, or `failed`, are those of a reload;
 * a first version has `load` and `commit` only. `retired`, `unloaded` and `resident` are about an old version.
 */
export type TracePhaseName =
  | 'build'
  | 'copy'
  | 'before'
  | 'load'
  | 'validate'
  | 'commit'
  | 'after'
  | 'failed'
  | 'retired'
  | 'unloaded'
  | 'resident';
