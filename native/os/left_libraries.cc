#include "os/left_libraries.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

#include "base/mutex.h"

namespace dynamic_reload {

namespace {

// A look at all threads for each: a few are as many as nobody notices.
constexpr size_t kMostTried = 4;

struct Left {
  Mutex mutex;
  std::deque<DynamicLibrary> libraries GUARDED_BY(mutex);
};

// Of the process, since the environment is gone that had loaded them. Never destroyed: at the end
// of the process their threads may still run.
Left& TheLeft() {
  static Left& left = *new Left;
  return left;
}

std::deque<DynamicLibrary> TakeSome() {
  Left& left = TheLeft();
  const MutexLock lock(left.mutex);
  std::deque<DynamicLibrary>& all = left.libraries;
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kMostTried));
  std::deque<DynamicLibrary> some(std::move_iterator(all.begin()), std::move_iterator(end));
  all.erase(all.begin(), end);
  return some;
}

}  // namespace

void LeaveLibrary(DynamicLibrary library) {
  Left& left = TheLeft();
  const MutexLock lock(left.mutex);
  left.libraries.push_back(std::move(library));
}

// Destroyed here, each is closed, or left once more. Without the lock: closing runs code of the
// library.
void CloseLeftLibraries() { TakeSome().clear(); }

}  // namespace dynamic_reload
