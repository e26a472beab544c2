// GetLastError() as an Error.

#ifndef DYNAMIC_RELOAD_OS_LAST_ERROR_H_
#define DYNAMIC_RELOAD_OS_LAST_ERROR_H_

#include <string>

#include "os/system_error.h"

namespace dynamic_reload {

// REQUIRES: nothing else of the system was called since `syscall` failed
Error LastError(ErrorCode code, const char* syscall, const std::string& path);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_LAST_ERROR_H_
