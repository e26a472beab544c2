// When the watcher's thread runs, and when it does not.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "test/native/os/watcher_fixture.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;
using Clock = Watcher::Clock;
using std::chrono::milliseconds;

// Does something on a few threads until it is destroyed.
class Flood {
 public:
  explicit Flood(const std::function<void(int)>& action) {
    for (int thread = 0; thread < 3; ++thread) {
      threads_.emplace_back([this, action, thread] {
        while (!stop_) {
          action(thread);
          rounds_++;
        }
      });
    }
    CHECK(Eventually([this] { return rounds_ > 100; }));
  }
  ~Flood() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> rounds_{0};
  std::vector<std::thread> threads_;
};

TEST(RunsTasksInOrder) {
  WatcherFixture test;
  std::vector<int> order;
  for (int i = 0; i < 1000; ++i) test.watcher->Post([&order, i] { order.push_back(i); });
  test.Run([] {});
  CHECK_EQ(order.size(), 1000);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST(RunsTheTasksOfEveryThread) {
  WatcherFixture test;
  int count = 0;  // Watcher thread only.
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) test.watcher->Post([&count] { ++count; });
    });
  }
  for (std::thread& thread : threads) thread.join();
  test.Run([&count] { CHECK_EQ(count, 4000); });
}

TEST(ATaskMayPostATask) {
  WatcherFixture test;
  std::promise<void> done;
  test.watcher->Post([&] { test.watcher->Post([&done] { done.set_value(); }); });
  done.get_future().wait();
}

TEST(TheDestructorRunsWhatWasPosted) {
  int count = 0;
  WatcherFixture test;
  for (int i = 0; i < 1000; ++i) test.watcher->Post([&count] { ++count; });
  test.watcher.reset();
  CHECK_EQ(count, 1000);
}

TEST(TicksWhenItWasAskedToAndNotBefore) {
  WatcherFixture test;
  const auto time = Clock::now() + milliseconds(30);
  test.Run([&] { test.handler.WantTicks({time}); });
  CHECK(test.handler.WaitForTicks(0).last >= time);
}

TEST(TicksAtOnceWhenTheTimeIsPast) {
  WatcherFixture test;
  test.Run([&] { test.handler.WantTicks({Clock::now() - std::chrono::seconds(1)}); });
  test.handler.WaitForTicks(0);
}

// Between two ticks that were asked for there is no other, whatever happens on disk that cannot
// change the file: writing that has not ended, reading, and the content of other files.
TEST(DoesNotWakeUpForWhatDoesNotMatter) {
  WatcherFixture test;
  fs::create_directories(test.directory / "build/sub");
  const std::string path = test.directory / "build/lib.so";
  std::ofstream writer(path);
  test.Watch(WatcherFixture::kWatch, path);
  const auto wakes_up = [&] {
    WriteFile(test.directory / "beside", "text");
    test.Fence();
    const auto first = Clock::now() + milliseconds(5);
    test.Run([&] { test.handler.WantTicks({first, first + milliseconds(50)}); });
    const int before = test.handler.WaitForTicks(1).count;

    for (int i = 0; i < 10; ++i) writer << "more" << std::flush;
    CHECK(ReadFile(path).size() >= 40);
    WriteFile(test.directory / "beside", "other text");
    fs::remove(test.directory / "beside");
    std::ofstream(test.directory / "build/sub/lib.so") << "text";
    return test.handler.WaitForTicks(0).count != before + 1;
  };
  // Names that others make in a directory on the way do wake it. They do not come all the time.
  CHECK(Eventually([&] { return !wakes_up(); }));
}

// While the file is missing, its directories are watched for what appears in them.
TEST(DoesNotWakeUpForItsDirectoriesOnceAMissingFileIsThere) {
  WatcherFixture test;
  fs::create_directories(test.directory / "build");
  const std::string path = test.directory / "build/lib.so";
  WriteFile(path, "first");
  test.Watch(WatcherFixture::kWatch, path);
  test.Fence();
  fs::remove(path);
  test.Fence();
  WriteFile(path, "second");
  test.Fence();
  const auto first = Clock::now() + milliseconds(20);
  test.Run([&] { test.handler.WantTicks({first, first + milliseconds(300)}); });
  const int before = test.handler.WaitForTicks(1).count;
  WriteFile(test.directory / "beside", "text");
  CHECK_EQ(test.handler.WaitForTicks(0).count, before + 1);
}

TEST(EndsUnderAFloodOfEventsOfItsFile) {
  for (int round = 0; round < 3; ++round) {
    WatcherFixture test;
    const std::string path = test.directory / "lib.so";
    test.Watch(WatcherFixture::kWatch, path);
    const Flood flood([&](int thread) {
      const std::string temporary = path + std::to_string(thread);
      std::ofstream(temporary) << "text";
      fs::rename(temporary, path);
    });
    const auto start = Clock::now();
    test.watcher.reset();
    CHECK(Clock::now() - start < kDeadline);
  }
}

// Each event is the reason for the next, so the kernel always holds one more.
TEST(RunsTasksBetweenEventsThatNeverEnd) {
  WatcherFixture test;
  const std::string path = test.directory / "lib.so";
  test.Watch(WatcherFixture::kWatch, path);
  test.Run([&] { test.handler.on_event = [&](WatchId) { ReplaceFile(path, "text"); }; });
  ReplaceFile(path, "text");
  test.handler.WaitForEvent({WatcherFixture::kWatch, FileEvent::kReplaced}, 100);
  std::promise<void> done;
  test.watcher->Post([&done] { done.set_value(); });
  CHECK_EQ(done.get_future().wait_for(kDeadline), std::future_status::ready);
  test.watcher.reset();  // It uses `path`.
}

// Without room the kernel forgets events, and says so. Then everything may have changed.
TEST(SaysThatEveryFileMayHaveChangedWhenEventsWereLost) {
  WatcherFixture test;
  const std::string path = test.directory / "lib.so";
  WriteFile(path, "first");
  test.Watch(WatcherFixture::kWatch, path);
  test.Watch(2, test.directory / "other.so");
  test.Fence();
  test.handler.TakeEvents();

  int room = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> room;
  CHECK(room > 0);
  std::promise<void> go_on;
  test.watcher->Post([&] { go_on.get_future().wait(); });
  // Equal events in a row would become one.
  const std::string noise[] = {test.directory / "one", test.directory / "two"};
  for (int i = 0; i < room + 100; ++i) std::ofstream(noise[i % 2]) << "x";
  go_on.set_value();

  for (const WatchId watch : {WatcherFixture::kWatch, WatchId{2}}) {
    test.handler.WaitForEvent({watch, FileEvent::kReplaced}, 1);
  }
  ReplaceFile(path, "second");
  test.handler.WaitForEvent({WatcherFixture::kWatch, FileEvent::kReplaced}, 2);
  CHECK_EQ(test.handler.Errors().size(), 0);
}

}  // namespace
}  // namespace dynamic_reload::test
