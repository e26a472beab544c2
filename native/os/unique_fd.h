// A file descriptor that closes itself.

#ifndef DYNAMIC_RELOAD_OS_UNIQUE_FD_H_
#define DYNAMIC_RELOAD_OS_UNIQUE_FD_H_

#include <unistd.h>

#include "os/unique_handle.h"

namespace dynamic_reload {

inline void CloseFd(int fd) { close(fd); }
using UniqueFd = UniqueHandle<int, -1, CloseFd>;

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_UNIQUE_FD_H_
