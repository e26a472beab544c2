// A thread of ours in a process that is not.

#ifndef DYNAMIC_RELOAD_OS_THREAD_H_
#define DYNAMIC_RELOAD_OS_THREAD_H_

#include <functional>
#include <memory>

#include "base/result.h"

namespace dynamic_reload {

// Joined by its destructor. Takes no signals, so that the program's handlers run where they always
// did. Unlike std::thread it reports, rather than throws, that the system has no thread left.
class Thread {
 public:
  static Result<std::unique_ptr<Thread>> Start(std::function<void()> body);
  virtual ~Thread() = default;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_THREAD_H_
