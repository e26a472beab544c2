// Has running threads look at their own stacks.

#ifndef DYNAMIC_RELOAD_OS_SIGNAL_INQUIRY_H_
#define DYNAMIC_RELOAD_OS_SIGNAL_INQUIRY_H_

#include <ucontext.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <vector>

#include "os/stack_search.h"
#include "os/unique_fd.h"

namespace dynamic_reload {

// Sends a signal to threads, whose handler searches the registers and the stack that it interrupts.
// While it exists, the handler of that signal is ours, and passes on what is not for us.
//
// REQUIRES: there is one at a time in a process
class SignalInquiry {
 public:
  // Asks them.
  SignalInquiry(const std::vector<pid_t>& threads, RangeHits& hits);
  ~SignalInquiry();

  SignalInquiry(const SignalInquiry&) = delete;
  SignalInquiry& operator=(const SignalInquiry&) = delete;

  bool HasAnswered(pid_t thread) const;
  // Returns when a thread has answered, or a millisecond is over.
  void WaitForAnswer();
  // An answer was that the stack could not be read.
  bool failed() const { return failed_; }

 private:
  struct Question {
    pid_t thread = 0;
    std::atomic<bool> taken{false};     // The handler runs.
    std::atomic<bool> answered{false};  // It is done.
  };

  static void OnSignal(int number, siginfo_t* info, void* context);
  bool Answer(const ucontext_t& context);
  void RestoreHandler() const;

  RangeHits& hits_;
  std::vector<Question> questions_;
  std::atomic<bool> failed_{false};
  const UniqueFd answers_;  // eventfd. Without one, who waits looks each millisecond.
  struct sigaction former_ {};
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_SIGNAL_INQUIRY_H_
