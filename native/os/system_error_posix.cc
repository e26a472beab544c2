#include <cerrno>
#include <system_error>

#include "os/system_error.h"

namespace dynamic_reload {

Error SystemError(ErrorCode code, int number, const char* syscall, const std::string& path) {
  return {code, syscall, path, std::system_category().message(number), number, ""};
}

bool IsMissing(const Error& error) {
  return error.system_code == ENOENT || error.system_code == ENOTDIR;
}

// Another process holds a write lease on it, as file servers do: fcntl(2), "Leases".
bool IsInUse(const Error& error) { return error.system_code == EWOULDBLOCK; }

}  // namespace dynamic_reload
