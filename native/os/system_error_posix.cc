#include <system_error>

#include "os/system_error.h"

namespace dynamic_reload {

Error SystemError(ErrorCode code, int number, const char* syscall, const std::string& path) {
  return {code, syscall, path, std::system_category().message(number), number, ""};
}

}  // namespace dynamic_reload
