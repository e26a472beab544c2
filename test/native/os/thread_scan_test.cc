#include "os/thread_scan.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "os/dynamic_library.h"
#include "test/native/check.h"
#include "test/native/wait.h"

namespace dynamic_reload::test {
namespace {

constexpr std::chrono::milliseconds kScanDeadline{10'000};

AddressRange CodeOf(const std::string& path) {
  for (const LoadedObject& object : ListLoadedObjects()) {
    if (object.path == path) return object.code;
  }
  Fail(__FILE__, __LINE__, "CodeOf", path + " is not loaded");
}

// A library with threads of its own.
class Library {
 public:
  void* Find(const char* name) const { return library_.Find(name); }
  void Call(const char* function) { reinterpret_cast<void (*)()>(Find(function))(); }

  // Runs `body` while the library is on the stack.
  void CallBack(const std::function<void()>& body) {
    using Body = const std::function<void()>;
    const auto run = [](void* context) { (*static_cast<Body*>(context))(); };
    reinterpret_cast<void (*)(void (*)(void*), const void*)>(Find("call"))(run, &body);
  }

  bool HasThreadInside() const {
    const ThreadScan scan = ScanThreads({range_}, kScanDeadline);
    CHECK(scan.complete);
    return scan.entered[0];
  }

 private:
  static DynamicLibrary Open() {
    auto library = DynamicLibrary::Open(FixtureDirectory() + "/libown_threads.so", std::nullopt);
    CHECK_OK(library);
    return std::move(library).value();
  }

  DynamicLibrary library_ = Open();
  AddressRange range_ = CodeOf(library_.LoadedPath());
};

// A thread that does something until the test is over.
class Other {
 public:
  explicit Other(std::function<void(const std::atomic<bool>& over)> body)
      : thread_([this, body = std::move(body)] {
          running_ = true;
          body(over_);
        }) {
    CHECK(Eventually([this] { return running_.load(); }));
  }
  ~Other() {
    over_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> running_{false};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

void Block(const std::atomic<bool>& over) {
  while (!over) usleep(1000);
}
void Spin(const std::atomic<bool>& over) {
  while (!over) {
  }
}

TEST(WithoutOtherThreadsNobodyIsInside) { CHECK(!Library().HasThreadInside()); }

TEST(TheCallingThreadDoesNotCount) {
  Library library;
  library.CallBack([&] { CHECK(!library.HasThreadInside()); });
}

TEST(ThreadsElsewhereAreNotInside) {
  const Library library;
  const Other blocked(Block);
  const Other running(Spin);
  for (int round = 0; round < 100; ++round) CHECK(!library.HasThreadInside());
}

TEST(AThreadThatHasAnAddressOfALibraryIsNotInside) {
  const Library library;
  for (const char* name : {"data", "start_blocked"}) {
    const Other holder([&](const std::atomic<bool>& over) {
      void* volatile address = library.Find(name);
      Block(over);
      CHECK_NE(address, nullptr);
    });
    CHECK(!library.HasThreadInside());
  }
}

TEST(FindsABlockedThread) {
  Library library;
  for (int round = 0; round < 50; ++round) {
    library.Call("start_blocked");
    CHECK(library.HasThreadInside());
    library.Call("stop");
    CHECK(!library.HasThreadInside());
  }
}

// Sanitizers start threads with a function of their own.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
TEST(FindsAThreadThatIsOnItsWayIntoTheLibrary) {
  using Function = void* (*)(void*);
  const Library library;
  const auto body = reinterpret_cast<Function>(library.Find("wait_for"));
  for (int round = 0; round < 2'000; ++round) {
    std::atomic<bool> may_end{false};
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, nullptr, body, &may_end), 0);
    CHECK(library.HasThreadInside());
    may_end = true;
    CHECK_EQ(pthread_join(thread, nullptr), 0);
  }
}
#endif

// ThreadSanitizer holds signals back from code that it did not compile.
#ifndef __SANITIZE_THREAD__
TEST(FindsARunningThread) {
  Library library;
  for (int round = 0; round < 50; ++round) {
    library.Call("start_spinning");
    CHECK(library.HasThreadInside());
    library.Call("stop");
    CHECK(!library.HasThreadInside());
  }
}

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

TEST(FindsAThreadThatWillReturnToTheLibrary) {
  Library library;
  std::promise<void> reached;
  std::promise<void> over;
  std::thread thread([&] {
    library.CallBack([&] {
      reached.set_value();
      over.get_future().wait();
    });
  });
  reached.get_future().wait();
  CHECK(library.HasThreadInside());
  over.set_value();
  thread.join();
  CHECK(!library.HasThreadInside());
}

TEST(FindsALibraryDeepInTheStack) {
  Library library;
  std::promise<void> reached;
  std::promise<void> over;
  std::thread thread([&] {
    library.CallBack([&] {
      char deep[1'000'000];
      std::fill(std::begin(deep), std::end(deep), '\0');
      asm volatile("" : : "r"(deep) : "memory");
      reached.set_value();
      over.get_future().wait();
    });
  });
  reached.get_future().wait();
  CHECK(library.HasThreadInside());
  over.set_value();
  thread.join();
}

TEST(SaysWhichLibrary) {
  Library library;
  library.Call("start_blocked");
  const AddressRange inside = CodeOf(FixtureDirectory() + "/libown_threads.so");
  const AddressRange nowhere{8, 16};
  const ThreadScan scan = ScanThreads({nowhere, inside, nowhere}, kScanDeadline);
  CHECK_EQ(scan.entered, (std::vector<bool>{false, true, false}));
  library.Call("stop");
}

TEST(ThreadsMayComeAndGo) {
  const Library library;
  const Other maker([](const std::atomic<bool>& over) {
    while (!over) std::thread([] {}).join();
  });
  for (int round = 0; round < 300; ++round) library.HasThreadInside();
}

TEST(SeveralThreadsMayScanAtOnce) {
  const Library library;
  const Other running(Spin);
  const auto scan = [&library](const std::atomic<bool>& over) {
    while (!over) CHECK(!library.HasThreadInside());
  };
  const Other first(scan);
  const Other second(scan);
  for (int round = 0; round < 50; ++round) CHECK(!library.HasThreadInside());
}

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
