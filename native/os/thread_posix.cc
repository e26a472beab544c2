#include <pthread.h>

#include <csignal>
#include <memory>
#include <utility>

#include "os/system_error.h"
#include "os/thread.h"

namespace dynamic_reload {

namespace {

class PosixThread final : public Thread {
 public:
  explicit PosixThread(std::function<void()> body) : body_(std::move(body)) {}

  ~PosixThread() override {
    if (started_) pthread_join(thread_, nullptr);
  }

  int Start(Signals signals) {
    const int number = signals == Signals::kBlocked ? CreateBlocked() : Create();
    started_ = number == 0;
    return number;
  }

 private:
  int Create() { return pthread_create(&thread_, nullptr, &Run, this); }

  // A thread inherits the mask of its maker. Faults stay unblocked: a blocked fault ends the
  // process without a word.
  int CreateBlocked() {
    sigset_t blocked;
    sigset_t previous;
    sigfillset(&blocked);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) sigdelset(&blocked, fault);
    pthread_sigmask(SIG_SETMASK, &blocked, &previous);
    const int number = Create();
    pthread_sigmask(SIG_SETMASK, &previous, nullptr);
    return number;
  }

  static void* Run(void* self) {
    static_cast<PosixThread*>(self)->body_();
    return nullptr;
  }

  const std::function<void()> body_;
  pthread_t thread_{};
  bool started_ = false;
};

}  // namespace

Result<std::unique_ptr<Thread>> Thread::Start(std::function<void()> body, Signals signals) {
  auto thread = std::make_unique<PosixThread>(std::move(body));
  const int number = thread->Start(signals);
  if (number != 0) return SystemError(ErrorCode::kWatch, number, "pthread_create", "");
  return std::unique_ptr<Thread>(std::move(thread));
}

}  // namespace dynamic_reload
