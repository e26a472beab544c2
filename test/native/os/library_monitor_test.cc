// What becomes of the copies, and of the monitor.

#include "os/library_monitor.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "test/native/os/monitor_fixture.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;

// A newer copy is what the file is compared with, whether or not it runs yet.
TEST(ACopyThatNobodyHasLoadedYetIsTheOneToCompareWith) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  ReplaceFile(test.path, Version(2));
  test.listener.NextCopy();
  ReplaceFile(test.path, Version(2));
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

TEST(AnAcceptedCopyIsTheOneToCompareWith) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  ReplaceFile(test.path, Version(2));
  test.monitor->Accept(test.id, test.listener.NextCopy());
  ReplaceFile(test.path, Version(2));
  CHECK_EQ(test.WaitingAfterFence(), 0);
  ReplaceFile(test.path, Version(1));
  CHECK(ReadFile(test.listener.NextCopy()) == Version(1));
}

TEST(ARejectedCopyIsDeletedAndTheRunningOneIsComparedWithAgain) {
  MonitorFixture test;
  const std::string running = test.AddRunning(Version(1));
  ReplaceFile(test.path, Version(2));
  const std::string rejected = test.listener.NextCopy();
  test.monitor->Reject(test.id, rejected);
  test.monitor->Flush();
  CHECK(!fs::exists(rejected));
  CHECK(fs::exists(running));
  ReplaceFile(test.path, Version(1));
  CHECK_EQ(test.listener.NextCopy(), "");  // It is what runs.
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

// What failed once, for want of another library for example, may work the next time.
TEST(ARejectedFileIsTriedAgainWhenItIsWrittenAgain) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  ReplaceFile(test.path, Version(2));
  test.monitor->Reject(test.id, test.listener.NextCopy());
  test.monitor->Flush();
  ReplaceFile(test.path, Version(2));
  CHECK(ReadFile(test.listener.NextCopy()) == Version(2));
}

// A linker sets the mode after it has closed the file. One build is one failure.
TEST(ARejectedFileIsNotTriedAgainWhenItsAttributesChange) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  ReplaceFile(test.path, Version(2));
  test.monitor->Reject(test.id, test.listener.NextCopy());
  test.monitor->Flush();
  CHECK_EQ(chmod(test.path.c_str(), 0755), 0);
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

TEST(RejectingAnOldCopyLeavesTheNewerOneAlone) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  ReplaceFile(test.path, Version(2));
  const std::string old_copy = test.listener.NextCopy();
  ReplaceFile(test.path, Version(3));
  const std::string new_copy = test.listener.NextCopy();
  test.monitor->Reject(test.id, old_copy);
  test.monitor->Flush();
  ReplaceFile(test.path, Version(3));
  CHECK_EQ(test.WaitingAfterFence(), 0);
  CHECK(fs::exists(new_copy));
}

TEST(DiscardDeletesACopy) {
  MonitorFixture test;
  const std::string first = test.AddRunning(Version(1));
  ReplaceFile(test.path, Version(2));
  const std::string second = test.listener.NextCopy();
  test.monitor->Accept(test.id, second);
  test.monitor->Discard(first);
  test.monitor->Flush();
  CHECK(!fs::exists(first));
  CHECK(fs::exists(second));
}

TEST(AfterTheNewestCopyIsDiscardedTheRunningOneIsComparedWith) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  ReplaceFile(test.path, Version(2));
  test.monitor->Discard(test.listener.NextCopy());
  test.monitor->Flush();
  ReplaceFile(test.path, Version(1));
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

TEST(EveryLibraryIsPatchedAsWasAskedFor) {
  MonitorFixture test;
  const std::string original = ReadFile(FixtureDirectory() + "/libunique.so");
  WriteFile(test.path, original);
  const auto subscription = test.listener.Subscribe(std::chrono::milliseconds(0));
  test.monitor->Add(test.path, subscription);
  CHECK(ReadFile(test.listener.NextCopy()) != original);
  test.monitor->Add(test.path, subscription, {{/*keep_unique=*/true}, {}, false});
  CHECK(ReadFile(test.listener.NextCopy()) == original);
}

TEST(FlushReturnsWhenEverythingBeforeIsDone) {
  MonitorFixture test;
  std::vector<std::string> copies;
  for (int i = 0; i < 500; ++i) {
    copies.push_back(test.directory / ("copy" + std::to_string(i)));
    WriteFile(copies.back(), "text");
    test.monitor->Discard(copies.back());
  }
  test.monitor->Flush();
  CHECK(std::none_of(copies.begin(), copies.end(), [](const auto& c) { return fs::exists(c); }));
}

// Nobody will ever ask for it.
TEST(ACopyThatIsReplacedBeforeAnybodyTookItIsDeleted) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  for (int version = 2; version <= 50; ++version) {
    ReplaceFile(test.path, Version(version));
    if (version % 7 == 0) test.Fence();
  }
  test.Fence();
  CHECK_EQ(test.listener.Copies(), 2);  // The running one and the newest.
  CHECK(ReadFile(test.listener.NextCopy()) == Version(50));
  CHECK_EQ(test.listener.Waiting(), 0);
}

TEST(ACopyThatIsReplacedByAnErrorIsDeletedAndForgotten) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  ReplaceFile(test.path, Version(2));
  test.Fence();
  CHECK_EQ(test.listener.Copies(), 2);
  WriteFile(test.path, "garbage");
  CHECK(Eventually([&] { return test.listener.Copies() == 1; }));
  ReplaceFile(test.path, Version(1));
  test.Fence();
  // The file is what runs, so nobody need hear of the error any more.
  CHECK_EQ(test.listener.NextCopy(), "");
  CHECK_EQ(test.listener.Waiting(), 0);
  CHECK_EQ(test.listener.Copies(), 1);
}

TEST(ARemovedLibraryIsNotWatched) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  test.monitor->Remove(test.id);
  test.monitor->Flush();
  ReplaceFile(test.path, Version(2));
  WriteFile(test.path, "garbage");
  CHECK_EQ(test.WaitingAfterFence(), 0);
  CHECK_EQ(test.listener.Copies(), 1);
}

// The looks that were still to come are not made. The second library, whose file is damaged for as
// long, shows when they would have been.
TEST(NothingIsSaidAboutALibraryThatWasRemovedWhileItsFileWasDamaged) {
  MonitorFixture test;
  Listener other(test.directory.path());
  test.AddRunning(Version(1));
  WriteFile(test.directory / "other.so", "garbage");
  WriteFile(test.path, "garbage");
  test.monitor->Add(test.directory / "other.so", other.Subscribe(std::chrono::milliseconds(0)));
  test.monitor->Remove(test.id);
  CHECK_EQ(other.NextError().code, ErrorCode::kLibraryIncomplete);
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

TEST(RemovingOneOfTwoLibrariesLeavesTheOtherWatched) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  const LibraryId second = test.Add(test.path);
  CHECK_EQ(test.listener.NextChange().library, second);
  test.monitor->Remove(test.id);
  test.monitor->Flush();
  WriteFile(test.path, Version(2));
  CHECK_EQ(test.listener.NextChange().library, second);
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

TEST(ALibraryThatIsAddedAgainGetsAnotherNumberAndAFirstChange) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  test.monitor->Remove(test.id);
  const LibraryId again = test.Add(test.path);
  CHECK_NE(again, test.id);
  const Change change = test.listener.NextChange();
  CHECK_EQ(change.library, again);
  CHECK_OK(change.copy);
}

TEST(WhatIsSaidAboutARemovedLibraryDoesNoHarm) {
  MonitorFixture test;
  const std::string copy = test.AddRunning(Version(1));
  test.monitor->Remove(test.id);
  test.monitor->Remove(test.id);
  test.monitor->Accept(test.id, copy);
  test.monitor->Reject(test.id, copy);
  test.monitor->Flush();
  CHECK(!fs::exists(copy));
}

TEST(EveryReloaderGetsTheChangesOfItsOwnLibraries) {
  MonitorFixture test;
  Listener other(test.directory.path());
  test.AddRunning(Version(1));
  const LibraryId id = test.monitor->Add(test.path, other.Subscribe(std::chrono::milliseconds(0)));
  CHECK_EQ(other.NextChange().library, id);
  ReplaceFile(test.path, Version(2));
  CHECK_EQ(test.listener.NextChange().library, test.id);
  CHECK_EQ(other.NextChange().library, id);
  CHECK_EQ(test.WaitingAfterFence(), 0);
  CHECK_EQ(other.Waiting(), 0);
}

TEST(TheDestructorDoesWhatWasAskedForBefore) {
  MonitorFixture test;
  WriteFile(test.path, Version(1));
  WriteFile(test.directory / "copy", "text");
  test.Add(test.path);
  test.monitor->Discard(test.directory / "copy");
  test.monitor.reset();
  CHECK(!fs::exists(test.directory / "copy"));
  CHECK_EQ(test.listener.Waiting(), 1);
}

// Whatever it is doing at that moment, it ends, and every copy that exists is one that was pushed.
TEST(EndsWhileTheFileChangesAllTheTime) {
  for (int round = 0; round < 20; ++round) {
    MonitorFixture test;
    test.AddRunning(Version(1));
    std::atomic<bool> stop{false};
    std::atomic<int> changes{0};
    std::thread writer([&] {
      for (; !stop; ++changes) {
        const std::string content = changes % 5 == 0 ? "garbage" : Version(changes % 100);
        changes % 2 == 0 ? WriteFile(test.path, content) : ReplaceFile(test.path, content);
      }
    });
    CHECK(Eventually([&] { return changes > 10; }));
    test.monitor.reset();
    stop = true;
    writer.join();
    CHECK_EQ(test.listener.Copies(), 1 + test.listener.Waiting());
  }
}

}  // namespace
}  // namespace dynamic_reload::test
