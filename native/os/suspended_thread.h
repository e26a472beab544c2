// Looks at one thread of this process on Windows, which is suspended for that time.

#ifndef DYNAMIC_RELOAD_OS_SUSPENDED_THREAD_H_
#define DYNAMIC_RELOAD_OS_SUSPENDED_THREAD_H_

#include "os/range_hits.h"
#include "os/windows_api.h"

namespace dynamic_reload {

enum class ThreadLook {
  kSeen,        // Or it has ended.
  kStarting,    // Seen, but it may still be on its way into the function that it was made for.
  kUnreadable,  // The system does not let us, or it runs on a stack that is not its own.
};

// Notes where the thread is, every word of its stack, and the function that it was started with.
//
// Until a thread enters its function, nothing on its stack shows which one it is; and those that
// std::thread and others start have one of the C library's. So one that is new, or wants to run and
// hardly has, is taken to be starting.
// REQUIRES: nobody else looks at a thread meanwhile, and it is not the calling one
ThreadLook LookAtThread(DWORD thread, RangeHits& hits);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_SUSPENDED_THREAD_H_
