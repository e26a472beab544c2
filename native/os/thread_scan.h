// Finds threads that execute inside a library.

#ifndef DYNAMIC_RELOAD_OS_THREAD_SCAN_H_
#define DYNAMIC_RELOAD_OS_THREAD_SCAN_H_

#include <chrono>
#include <vector>

#include "os/loaded_objects.h"

namespace dynamic_reload {

struct ThreadScan {
  std::vector<bool> entered;  // For each range of code: a thread is inside, or will return there.
  bool complete = true;       // Every thread was looked at. If not, `entered` may lack some.
  bool starting = false;  // One may be on its way inside, of which nothing shows yet, or is new.
};

// Looks at every thread of the process but the calling one. Any word of a stack that could be an
// address to return to counts as one: what an earlier call left behind may raise a false alarm, but
// nobody is overlooked who runs on the stack that its thread began with, and is in no handler.
//
// Blocked threads do not notice. A running one handles a signal, SIGURG, which everybody ignores
// who does not use it; the program's own handler is back afterwards. A thread that has blocked that
// signal and keeps running till the deadline makes the scan incomplete. Any thread; scans of a
// process wait for each other.
//
// REQUIRES: the ranges are code that stays loaded meanwhile
ThreadScan ScanThreads(const std::vector<AddressRange>& ranges, std::chrono::milliseconds deadline);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_THREAD_SCAN_H_
