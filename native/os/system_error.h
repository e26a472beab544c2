// What the system says went wrong, as an Error.

#ifndef DYNAMIC_RELOAD_OS_SYSTEM_ERROR_H_
#define DYNAMIC_RELOAD_OS_SYSTEM_ERROR_H_

#include <string>

#include "base/error.h"

namespace dynamic_reload {

// REQUIRES: `number` is the errno that `syscall` left, or on Windows what GetLastError() gave. Read
// it before anything else is called.
//
// The error has an errno on every system; 0 when POSIX has no word for it.
Error SystemError(ErrorCode code, int number, const char* syscall, const std::string& path);

// Whether nothing is there, or a file where a directory should be.
bool IsMissing(const Error& error);

// Whether somebody keeps others from opening it.
bool IsInUse(const Error& error);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_SYSTEM_ERROR_H_
