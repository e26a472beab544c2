// A thread of ours in a process that is not.

#ifndef DYNAMIC_RELOAD_OS_THREAD_H_
#define DYNAMIC_RELOAD_OS_THREAD_H_

#include <functional>
#include <memory>

#include "base/result.h"

namespace dynamic_reload {

// Joined by its destructor. Unlike std::thread it reports, rather than throws, that the system has
// no thread left.
class Thread {
 public:
  enum class Signals {
    kBlocked,    // The program's handlers run where they always did.
    kInherited,  // For code that is not ours, whose child processes inherit them once more.
  };

  static Result<std::unique_ptr<Thread>> Start(std::function<void()> body,
                                               Signals signals = Signals::kBlocked);
  virtual ~Thread() = default;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_THREAD_H_
