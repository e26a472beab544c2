#include "os/thread_scan.h"

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "test/native/check.h"
#include "test/native/os/threads_fixture.h"
#include "test/native/system.h"

namespace dynamic_reload::test {
namespace {

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
    const SystemThread thread(body, &may_end);
    CHECK(library.HasThreadInside());
    may_end = true;
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
      volatile char deep[1'000'000];
      for (volatile char& byte : deep) byte = 0;
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
  const AddressRange inside = CodeOf(library.path());
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

}  // namespace
}  // namespace dynamic_reload::test
