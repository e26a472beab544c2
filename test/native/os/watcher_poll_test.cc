// The watcher that works without any help of the system.

#include <chrono>
#include <filesystem>
#include <future>
#include <string>

#include "os/poll_watches.h"
#include "test/native/os/watcher_fixture.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr WatchId kWatch = 1;

struct PollingTest {
  PollingTest() {
    const Error reason{ErrorCode::kWatchLimit, "inotify_init1", "", "Too many open files", 24, ""};
    auto created = Watcher::CreatePolling(&handler, reason);
    CHECK_OK(created);
    watcher = std::move(created).value();
    WriteFile(path, "first");
  }
  ~PollingTest() { watcher.reset(); }

  Status Watch(WatchMode mode) {
    std::promise<Status> answer;
    watcher->Post([&] { answer.set_value(watcher->Watch(kWatch, path, mode)); });
    return answer.get_future().get();
  }

  TemporaryDirectory directory;
  std::string path = directory / "lib.so";
  RecordingHandler handler;
  std::unique_ptr<Watcher> watcher;
};

TEST(SeesWhatHappensToAFile) {
  PollingTest test;
  CHECK_OK(test.Watch(WatchMode::kPoll));
  CHECK_EQ(test.handler.Refusals().size(), 0);
  ReplaceFile(test.path, "second");
  test.handler.WaitForEvent({kWatch, FileEvent::kReplaced}, 1);
  WriteFile(test.path, "third time");
  test.handler.WaitForEvent({kWatch, FileEvent::kWritten}, 1);
}

TEST(SaysWhyItPollsWhatMayBePolled) {
  PollingTest test;
  CHECK_OK(test.Watch(WatchMode::kAuto));
  const auto refusals = test.handler.Refusals();
  CHECK_EQ(refusals.size(), 1);
  CHECK_EQ(refusals[0].code, ErrorCode::kWatchLimit);
  CHECK_EQ(refusals[0].path, test.path);
  ReplaceFile(test.path, "second");
  test.handler.WaitForEvent({kWatch, FileEvent::kReplaced}, 1);
}

TEST(RefusesWhatMayNotBePolled) {
  PollingTest test;
  const Status status = test.Watch(WatchMode::kEvents);
  CHECK(!status.ok());
  CHECK_EQ(status.error().syscall, "inotify_init1");
  CHECK_EQ(status.error().path, test.path);
}

TEST(SeesNothingMoreOfAnEndedWatch) {
  PollingTest test;
  CHECK_OK(test.Watch(WatchMode::kPoll));
  std::promise<void> ended;
  test.watcher->Post([&] {
    CHECK(test.watcher->IsPolled(kWatch));
    test.watcher->Unwatch(kWatch);
    CHECK(!test.watcher->IsPolled(kWatch));
    ended.set_value();
  });
  ended.get_future().wait();
  test.handler.TakeEvents();
  ReplaceFile(test.path, "second");
  const auto later = Watcher::Clock::now() + PollWatches::kLongest + milliseconds(100);
  test.handler.WantTicks({later});
  test.watcher->Post([] {});
  test.handler.WaitForTicks(0);
  CHECK_EQ(test.handler.TakeEvents().size(), 0);
}

TEST(TicksWhenItWasAskedTo) {
  PollingTest test;
  const auto time = Watcher::Clock::now() + milliseconds(30);
  test.handler.WantTicks({time});
  test.watcher->Post([] {});
  CHECK(test.handler.WaitForTicks(0).last >= time);
}

TEST(RunsWhatWasPostedBeforeItEnds) {
  PollingTest test;
  int count = 0;
  for (int i = 0; i < 1000; ++i) test.watcher->Post([&count] { ++count; });
  test.watcher.reset();
  CHECK_EQ(count, 1000);
}

}  // namespace
}  // namespace dynamic_reload::test
