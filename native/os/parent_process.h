// What this process has to do with the one that started it.

#ifndef DYNAMIC_RELOAD_OS_PARENT_PROCESS_H_
#define DYNAMIC_RELOAD_OS_PARENT_PROCESS_H_

namespace dynamic_reload {

// From now on the system kills this process when the thread that started it ends, however that
// ends; on Windows when the process does.
void EndWithParent();

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_PARENT_PROCESS_H_
