// What the signal does by which running threads are asked.

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "os/thread_scan.h"
#include "test/native/check.h"
#include "test/native/os/threads_fixture.h"
#include "test/native/wait.h"

namespace dynamic_reload::test {
namespace {

// ThreadSanitizer holds signals back from code that it did not compile.
#ifndef __SANITIZE_THREAD__
TEST(AThreadThatTakesNoSignalsMakesTheScanIncomplete) {
  const Other deaf([](const std::atomic<bool>& over) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    Spin(over);
  });
  CHECK(Eventually([] {  // Once it has come so far.
    return !ScanThreads({}, std::chrono::milliseconds(5)).complete;
  }));
}
#endif

std::atomic<int> urgent{0};

TEST(TheProgramsHandlerStaysAndGetsItsSignals) {
  struct sigaction theirs {};
  theirs.sa_handler = [](int) { ++urgent; };
  struct sigaction before {};
  CHECK_EQ(sigaction(SIGURG, &theirs, &before), 0);
  {
    const Library library;
    const Other running(Spin);
    for (int round = 0; round < 50; ++round) {
      library.HasThreadInside();
      CHECK_EQ(kill(getpid(), SIGURG), 0);
    }
    struct sigaction now {};
    CHECK_EQ(sigaction(SIGURG, nullptr, &now), 0);
    CHECK(now.sa_handler == theirs.sa_handler);
    CHECK(urgent >= 1);
  }
  sigaction(SIGURG, &before, nullptr);
}

TEST(ABlockedThreadIsNotInterrupted) {
  const Library library;
  std::atomic<bool> interrupted{false};
  int wake[2];
  CHECK_EQ(pipe(wake), 0);
  std::thread thread([&] {
    char byte;
    interrupted = read(wake[0], &byte, 1) < 0;
  });
  for (int round = 0; round < 100; ++round) library.HasThreadInside();
  CHECK_EQ(write(wake[1], "x", 1), 1);
  thread.join();
  CHECK(!interrupted);
  close(wake[0]);
  close(wake[1]);
}

}  // namespace
}  // namespace dynamic_reload::test
