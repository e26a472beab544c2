// Libraries that had to stay when whoever had loaded them went, since a thread executed in them.

#ifndef DYNAMIC_RELOAD_OS_LEFT_LIBRARIES_H_
#define DYNAMIC_RELOAD_OS_LEFT_LIBRARIES_H_

#include "os/dynamic_library.h"

namespace dynamic_reload {

// Keeps it until CloseLeftLibraries() finds no thread in it. Any thread.
void LeaveLibrary(DynamicLibrary library);

// Tries again to close some of those that were left, each in its turn. Any thread.
void CloseLeftLibraries();

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_LEFT_LIBRARIES_H_
