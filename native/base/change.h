// What the watcher thread found out about one library.

#ifndef DYNAMIC_RELOAD_BASE_CHANGE_H_
#define DYNAMIC_RELOAD_BASE_CHANGE_H_

#include <cstdint>
#include <string>

#include "base/result.h"

namespace dynamic_reload {

// Names a watched library within its environment. Never used twice.
using LibraryId = uint32_t;

struct Change {
  LibraryId library = 0;
  // The path of a shadow copy that nobody else owns, or the reason why there is none.
  Result<std::string> copy;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_BASE_CHANGE_H_
