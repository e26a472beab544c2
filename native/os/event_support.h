// Whether the system reports what happens to files.

#ifndef DYNAMIC_RELOAD_OS_EVENT_SUPPORT_H_
#define DYNAMIC_RELOAD_OS_EVENT_SUPPORT_H_

#include "os/path_plan.h"

namespace dynamic_reload {

// False when a directory that the path goes through is on a file system that somebody else may
// write to, who does not tell this kernel: another machine, the host of a virtual machine, or a
// process that makes up a file system.
bool DeliversEvents(const PathPlan& plan);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_EVENT_SUPPORT_H_
