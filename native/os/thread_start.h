// Tells of a thread whether it may still be on its way into the function that it was made for.

#ifndef DYNAMIC_RELOAD_OS_THREAD_START_H_
#define DYNAMIC_RELOAD_OS_THREAD_START_H_

#include <sys/types.h>

namespace dynamic_reload {

// Until a thread enters that function, nothing on its stack shows which one it is. What was made by
// the C library says so in its descriptor; std::thread, the sanitizers and others that wrap
// pthread_create() keep it in memory of their own.
//
// So this takes a thread to be starting that has hardly run, while it wants to, or until it is old
// enough to be blocked in the function itself. Any thread; false for one that has ended.
bool IsStarting(pid_t thread);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_THREAD_START_H_
