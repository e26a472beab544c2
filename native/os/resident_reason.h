// Why a library that was closed is still in memory.

#ifndef DYNAMIC_RELOAD_OS_RESIDENT_REASON_H_
#define DYNAMIC_RELOAD_OS_RESIDENT_REASON_H_

#include <vector>

namespace dynamic_reload {

enum class ResidentReason {
  kUnique,         // It has symbols that are one for the whole process.
  kNodelete,       // It asks to stay.
  kTlsDestructor,  // A thread has still to destroy a thread-local variable of it.
  kThread,         // A thread executes in it. It was not closed at all, since that would crash.
  kDependents,     // Something else that is loaded uses it.
  kShared,         // Another environment of this process uses it, or could not unload it.
  kGo,             // The Go runtime cannot be unloaded.
  kObjc,           // The Objective-C runtime knows its classes.
  kMusl,           // This C library never unloads.
};

// Every reason that the system does not rule out; some may be for nothing. None: it is gone.
using ResidentReasons = std::vector<ResidentReason>;

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_RESIDENT_REASON_H_
