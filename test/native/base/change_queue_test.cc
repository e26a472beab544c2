#include "base/change_queue.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "test/native/check.h"

namespace dynamic_reload::test {
namespace {

Change CopyOf(LibraryId library, const std::string& path) { return {library, path}; }

Error WatchError(const std::string& message) {
  return {ErrorCode::kWatch, "read", "", message, 0, ""};
}

struct QueueWithBell {
  int rings = 0;
  ChangeQueue queue{[this] { ++rings; }};
};

TEST(DrainsChangesInTheOrderOfTheLibraries) {
  QueueWithBell test;
  test.queue.Push(CopyOf(3, "/three"));
  test.queue.Push(CopyOf(1, "/one"));
  test.queue.Push({2, WatchError("two")});
  const auto drained = test.queue.Drain();
  CHECK_EQ(drained.changes.size(), 3);
  CHECK_EQ(drained.changes[0].library, 1);
  CHECK_EQ(drained.changes[0].copy.value(), "/one");
  CHECK_EQ(drained.changes[1].library, 2);
  CHECK_EQ(drained.changes[1].copy.error().message, "two");
  CHECK_EQ(drained.changes[2].copy.value(), "/three");
}

TEST(KeepsOnlyTheNewestChangeOfALibraryAndHandsTheOlderOneBack) {
  QueueWithBell test;
  CHECK(!test.queue.Push(CopyOf(1, "/old")).has_value());
  const std::optional<Change> replaced = test.queue.Push(CopyOf(1, "/new"));
  CHECK(replaced.has_value());
  CHECK_EQ(replaced->copy.value(), "/old");
  const auto drained = test.queue.Drain();
  CHECK_EQ(drained.changes.size(), 1);
  CHECK_EQ(drained.changes[0].copy.value(), "/new");
}

TEST(KeepsEveryErrorOfTheWatcherInOrder) {
  QueueWithBell test;
  test.queue.PushError(WatchError("first"));
  test.queue.PushError(WatchError("second"));
  const auto drained = test.queue.Drain();
  CHECK_EQ(drained.changes.size(), 0);
  CHECK_EQ(drained.errors.size(), 2);
  CHECK_EQ(drained.errors[0].message, "first");
  CHECK_EQ(drained.errors[1].message, "second");
}

TEST(IsEmptyAfterDrain) {
  QueueWithBell test;
  test.queue.Push(CopyOf(1, "/one"));
  test.queue.PushError(WatchError("first"));
  test.queue.Drain();
  const auto drained = test.queue.Drain();
  CHECK_EQ(drained.changes.size(), 0);
  CHECK_EQ(drained.errors.size(), 0);
}

TEST(RingsOnceUntilSomebodyDrains) {
  QueueWithBell test;
  test.queue.Push(CopyOf(1, "/one"));
  test.queue.Push(CopyOf(1, "/one again"));
  test.queue.Push(CopyOf(2, "/two"));
  test.queue.PushError(WatchError("first"));
  CHECK_EQ(test.rings, 1);
  test.queue.Drain();
  CHECK_EQ(test.rings, 1);
  test.queue.PushError(WatchError("second"));
  test.queue.Push(CopyOf(1, "/one"));
  CHECK_EQ(test.rings, 2);
}

TEST(AnAnnouncementRingsAndBringsNothing) {
  QueueWithBell test;
  test.queue.Announce();
  CHECK_EQ(test.rings, 1);
  CHECK(test.queue.Drain().changes.empty());
}

// A doorbell that is answered on the spot would wait for itself for ever.
TEST(TheDoorbellMayDrain) {
  std::vector<Change> seen;
  ChangeQueue* answered = nullptr;
  ChangeQueue queue([&] {
    for (Change& change : answered->Drain().changes) seen.push_back(std::move(change));
  });
  answered = &queue;
  queue.Push(CopyOf(1, "/one"));
  queue.Push(CopyOf(1, "/two"));
  CHECK_EQ(seen.size(), 2);
}

TEST(WaitForTakesAChangeThatIsThereAndLeavesTheOthers) {
  QueueWithBell test;
  test.queue.Push(CopyOf(1, "/one"));
  test.queue.Push(CopyOf(2, "/two"));
  CHECK_EQ(test.queue.WaitFor(1).copy.value(), "/one");
  const auto drained = test.queue.Drain();
  CHECK_EQ(drained.changes.size(), 1);
  CHECK_EQ(drained.changes[0].library, 2);
}

TEST(WaitForSleepsUntilItsOwnLibraryChanges) {
  ChangeQueue queue([] {});
  std::thread pusher([&queue] {
    queue.Push(CopyOf(2, "/another"));
    queue.PushError(WatchError("no change"));
    queue.Push(CopyOf(1, "/one"));
  });
  CHECK_EQ(queue.WaitFor(1).copy.value(), "/one");
  pusher.join();
}

// Nothing is lost and nothing is handled twice: every copy that goes in comes out, either drained
// or replaced. Every ring is answered, as JavaScript does.
TEST(GivesEveryChangeBackOnceUnderContention) {
  constexpr int kPushes = 2'000;
  constexpr LibraryId kLibraries = 4;
  std::atomic<int> rings{0};
  std::atomic<int> replaced{0};
  std::atomic<LibraryId> finished{0};
  ChangeQueue queue([&rings] { ++rings; });

  std::vector<std::thread> pushers;
  for (LibraryId library = 0; library < kLibraries; ++library) {
    pushers.emplace_back([&, library] {
      for (int push = 0; push < kPushes; ++push) {
        if (queue.Push(CopyOf(library, std::to_string(push)))) ++replaced;
      }
      ++finished;
    });
  }
  int drained = 0;
  int answered = 0;
  std::vector<std::string> newest(kLibraries);
  while (finished < kLibraries || answered < rings) {
    if (answered == rings) {
      std::this_thread::yield();
      continue;
    }
    answered = rings;
    for (const Change& change : queue.Drain().changes) {
      ++drained;
      newest[change.library] = change.copy.value();
    }
  }
  for (std::thread& pusher : pushers) pusher.join();

  CHECK_EQ(drained + replaced, static_cast<int>(kLibraries) * kPushes);
  CHECK_EQ(std::count(newest.begin(), newest.end(), std::to_string(kPushes - 1)), kLibraries);
}

}  // namespace
}  // namespace dynamic_reload::test
