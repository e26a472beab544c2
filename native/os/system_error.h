// errno as an Error.

#ifndef DYNAMIC_RELOAD_OS_SYSTEM_ERROR_H_
#define DYNAMIC_RELOAD_OS_SYSTEM_ERROR_H_

#include <string>

#include "base/error.h"

namespace dynamic_reload {

// REQUIRES: `number` is the errno that `syscall` left. Read it before anything else is called.
Error SystemError(ErrorCode code, int number, const char* syscall, const std::string& path);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_SYSTEM_ERROR_H_
