// What the watcher thread found out about one library.

#ifndef DYNAMIC_RELOAD_BASE_CHANGE_H_
#define DYNAMIC_RELOAD_BASE_CHANGE_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace dynamic_reload {

// Names a watched library within its environment. Never used twice.
using LibraryId = uint32_t;

// What it took to make the copies of a change.
struct CopyCost {
  std::chrono::steady_clock::duration time{0};
  uint64_t bytes = 0;
};

// When what happened on the watcher thread.
struct ChangeTimes {
  using Clock = std::chrono::steady_clock;

  Clock::time_point noticed{};  // The first event of the change.
  Clock::time_point looked{};   // The look began that found the file finished.
  Clock::time_point ready{};    // The copy is made.
  CopyCost copying = {};        // Part of that look.
};

struct Change {
  LibraryId library = 0;
  // The path of a shadow copy that nobody else owns, or the reason why there is none. Empty: the
  // file is the running version again, after something that was no good.
  Result<std::string> copy;
  ChangeTimes times = {};  // Those of a copy.
};

// Something that is wrong about a library which goes on all the same.
struct Warning {
  LibraryId library = 0;
  Error error;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_BASE_CHANGE_H_
