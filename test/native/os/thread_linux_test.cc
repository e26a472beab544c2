// Which signals a thread of ours takes.

#include <pthread.h>
#include <signal.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <utility>

#include "os/thread.h"
#include "test/native/check.h"

namespace dynamic_reload::test {
namespace {

std::unique_ptr<Thread> Start(std::function<void()> body,
                              Thread::Signals signals = Thread::Signals::kBlocked) {
  auto thread = Thread::Start(std::move(body), signals);
  CHECK_OK(thread);
  return std::move(thread).value();
}

sigset_t BlockedSignals() {
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  return blocked;
}

// A program's handlers expect to run where they always did, and a system call of ours that a signal
// interrupts would have to be repeated.
TEST(TakesNoSignalsButFaults) {
  sigset_t blocked;
  Start([&blocked] { blocked = BlockedSignals(); }).reset();
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD, SIGUSR1, SIGALRM, SIGIO, SIGURG, SIGPROF}) {
    CHECK_EQ(sigismember(&blocked, signal), 1);
  }
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) {
    CHECK_EQ(sigismember(&blocked, fault), 0);
  }
}

TEST(InheritsTheSignalsOfItsMakerWhenToldTo) {
  sigset_t blocked;
  Start([&blocked] { blocked = BlockedSignals(); }, Thread::Signals::kInherited).reset();
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGIO}) {
    CHECK_EQ(sigismember(&blocked, signal), 0);
  }
}

TEST(LeavesTheSignalsOfItsMakerAlone) {
  Start([] {}).reset();
  const sigset_t blocked = BlockedSignals();
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGIO}) {
    CHECK_EQ(sigismember(&blocked, signal), 0);
  }
}

}  // namespace
}  // namespace dynamic_reload::test
