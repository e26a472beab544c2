// Which event each way of changing a file raises.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>

#include "os/unique_fd.h"
#include "test/native/os/watcher_fixture.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;
using Events = std::set<FileEvent>;

const Events kNone;

// Watches a file that exists.
struct WatchedFile : WatcherFixture {
  WatchedFile() {
    WriteFile(path, "first");
    Watch(kWatch, path);
  }

  std::string path = directory / "lib.so";
};

TEST(WritingInPlaceIsWritten) {
  WatchedFile test;
  CHECK_EQ(test.EventsOf([&] { WriteFile(test.path, "second"); }), Events{FileEvent::kWritten});
}

TEST(RenamingOverItIsReplaced) {
  WatchedFile test;
  CHECK_EQ(test.EventsOf([&] { ReplaceFile(test.path, "second"); }), Events{FileEvent::kReplaced});
}

TEST(ANewFileIsCreatedAndThenWritten) {
  WatchedFile test;
  fs::remove(test.path);
  UniqueFd writer;
  CHECK_EQ(test.EventsOf([&] {
    writer = UniqueFd(open(test.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  }),
           Events{FileEvent::kCreated});
  CHECK_EQ(test.EventsOf([&] { writer = UniqueFd(); }), Events{FileEvent::kWritten});
}

// cargo links its result to where the user looks for it; nobody opens or closes anything.
TEST(AHardLinkToAFinishedFileIsReplaced) {
  WatchedFile test;
  WriteFile(test.directory / "deps.so", "second");
  fs::remove(test.path);
  CHECK_EQ(test.EventsOf([&] { fs::create_hard_link(test.directory / "deps.so", test.path); }),
           Events{FileEvent::kReplaced});
}

TEST(ASymbolicLinkThatAppearsIsReplaced) {
  WatchedFile test;
  WriteFile(test.directory / "lib.so.2", "second");
  fs::remove(test.path);
  CHECK_EQ(test.EventsOf([&] { fs::create_symlink("lib.so.2", test.path); }),
           Events{FileEvent::kReplaced});
}

// The directory hears nothing of it.
TEST(WritingThroughAnotherNameIsWritten) {
  WatchedFile test;
  const TemporaryDirectory elsewhere;
  fs::create_hard_link(test.path, elsewhere / "same");
  CHECK_EQ(test.EventsOf([&] { WriteFile(elsewhere / "same", "second"); }),
           Events{FileEvent::kWritten});
}

TEST(WritingThroughAnotherNameOfAReplacedFileIsWritten) {
  WatchedFile test;
  const TemporaryDirectory elsewhere;
  ReplaceFile(test.path, "second");
  test.Fence();
  fs::create_hard_link(test.path, elsewhere / "same");
  CHECK_EQ(test.EventsOf([&] { WriteFile(elsewhere / "same", "third"); }),
           Events{FileEvent::kWritten});
}

TEST(WritingToAFileThatWasReplacedIsNoEvent) {
  WatchedFile test;
  const TemporaryDirectory elsewhere;
  fs::create_hard_link(test.path, elsewhere / "former");
  ReplaceFile(test.path, "second");
  test.Fence();
  CHECK_EQ(test.EventsOf([&] { WriteFile(elsewhere / "former", "third"); }), kNone);
}

TEST(ChangingModeOrTimesIsAttributes) {
  WatchedFile test;
  CHECK_EQ(test.EventsOf([&] { CHECK_EQ(chmod(test.path.c_str(), 0755), 0); }),
           Events{FileEvent::kAttributes});
  CHECK_EQ(test.EventsOf([&] { CHECK_EQ(utimensat(AT_FDCWD, test.path.c_str(), nullptr, 0), 0); }),
           Events{FileEvent::kAttributes});
}

// A link step writes a hundred times; only the end of it matters.
TEST(WritingIsNoEventUntilTheFileIsClosed) {
  WatchedFile test;
  UniqueFd writer(open(test.path.c_str(), O_WRONLY | O_CLOEXEC));
  CHECK_EQ(test.EventsOf([&] {
    for (int i = 0; i < 100; ++i) CHECK_EQ(write(writer.get(), "x", 1), 1);
  }),
           kNone);
  CHECK_EQ(test.EventsOf([&] { writer = UniqueFd(); }), Events{FileEvent::kWritten});
}

TEST(ReadingIsNoEvent) {
  WatchedFile test;
  CHECK_EQ(test.EventsOf([&] { CHECK_EQ(ReadFile(test.path), "first"); }), kNone);
}

// Its directory may be the next that goes, which the watches for a missing file see.
TEST(DeletingOrMovingAwayIsReplaced) {
  WatchedFile test;
  CHECK_EQ(test.EventsOf([&] { fs::remove(test.path); }), Events{FileEvent::kReplaced});
  ReplaceFile(test.path, "second");
  CHECK_EQ(test.EventsOf([&] { fs::rename(test.path, test.directory / "away.so"); }),
           Events{FileEvent::kReplaced});
}

TEST(WhatHappensToOtherFilesOfTheDirectoryIsNoEvent) {
  WatchedFile test;
  CHECK_EQ(test.EventsOf([&] {
    WriteFile(test.directory / "other", "text");
    ReplaceFile(test.directory / "other", "text");
    WriteFile(test.directory / "lib.so.old", "text");
    fs::create_directory(test.directory / "build");
    CHECK_EQ(chmod((test.directory / "other").c_str(), 0755), 0);
    fs::remove(test.directory / "other");
  }),
           kNone);
}

TEST(EventsGoToTheWatchOfTheirFile) {
  WatchedFile test;
  WriteFile(test.directory / "other.so", "text");
  test.Watch(2, test.directory / "other.so");
  const auto change = [&] { ReplaceFile(test.directory / "other.so", "text"); };
  CHECK_EQ(test.EventsOf(change, 1), kNone);
  CHECK_EQ(test.EventsOf(change, 2), Events{FileEvent::kReplaced});
}

TEST(TwoWatchesOfOneFileBothSeeIt) {
  WatchedFile test;
  test.Watch(2, test.path);
  const auto change = [&] { ReplaceFile(test.path, "text"); };
  CHECK_EQ(test.EventsOf(change, 1), Events{FileEvent::kReplaced});
  CHECK_EQ(test.EventsOf(change, 2), Events{FileEvent::kReplaced});
  test.Unwatch(1);
  CHECK_EQ(test.EventsOf(change, 1), kNone);
  CHECK_EQ(test.EventsOf(change, 2), Events{FileEvent::kReplaced});
  CHECK_EQ(test.EventsOf([&] { WriteFile(test.path, "text"); }, 2), Events{FileEvent::kWritten});
}

TEST(AnEndedWatchSeesNothingMore) {
  WatchedFile test;
  test.Unwatch(WatchedFile::kWatch);
  CHECK_EQ(test.EventsOf([&] {
    ReplaceFile(test.path, "second");
    WriteFile(test.path, "third");
  }),
           kNone);
}

// Also when its event was already on the way.
TEST(AWatchThatAHandlerEndsSeesNothingMore) {
  WatchedFile test;
  test.Watch(2, test.path);
  test.Fence();
  test.Run([&] {
    test.handler.on_event = [&](WatchId watch) {
      if (watch == 1) test.watcher->Unwatch(2);
      if (watch == 2) test.watcher->Unwatch(1);
    };
  });
  fs::remove(test.path);
  WriteFile(test.path, "second");
  ReplaceFile(test.path, "third");
  test.Fence();
  std::set<WatchId> watches;
  for (const auto& [watch, event] : test.handler.TakeEvents()) {
    if (watch == 1 || watch == 2) watches.insert(watch);
  }
  CHECK_EQ(watches.size(), 1);
}

}  // namespace
}  // namespace dynamic_reload::test
