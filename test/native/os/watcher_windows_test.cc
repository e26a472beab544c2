// What Windows reports, as the watcher passes it on.

#include <filesystem>
#include <set>
#include <string>

#include "test/native/os/watcher_fixture.h"
#include "test/native/system.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;
using Kinds = std::set<FileEvent>;

struct WatchedFile : WatcherFixture {
  WatchedFile() {
    WriteFile(path, "content");
    Watch(kWatch, path);
  }

  std::string path = directory / "file.dll";
};

TEST(WritingInPlaceIsWritten) {
  WatchedFile test;
  CHECK_EQ(test.EventsOf([&] { WriteFile(test.path, "something longer"); }),
           Kinds{FileEvent::kWritten});
}

TEST(RenamingOverItIsReplaced) {
  WatchedFile test;
  WriteFile(test.directory / "new", "new");
  const Kinds kinds = test.EventsOf([&] { fs::rename(test.directory / "new", test.path); });
  CHECK_EQ(kinds.count(FileEvent::kReplaced), 1);
}

TEST(ANewFileIsCreatedAndThenWritten) {
  WatcherFixture test;
  const std::string path = test.directory / "file.dll";
  test.Watch(WatcherFixture::kWatch, path);
  const Kinds kinds = test.EventsOf([&] { WriteFile(path, "content"); });
  CHECK_EQ(kinds, (Kinds{FileEvent::kReplaced, FileEvent::kWritten}));
}

TEST(DeletingOrMovingAwayIsReplaced) {
  WatchedFile test;
  CHECK_EQ(test.EventsOf([&] { fs::remove(test.path); }), Kinds{FileEvent::kReplaced});
  WriteFile(test.path, "content");
  const auto move = [&] { fs::rename(test.path, test.directory / "elsewhere"); };
  CHECK_EQ(test.EventsOf(move), Kinds{FileEvent::kReplaced});
}

TEST(WhatHappensToOtherFilesOfTheDirectoryIsNoEvent) {
  WatchedFile test;
  CHECK_EQ(test.EventsOf([&] {
    WriteFile(test.directory / "other", "content");
    fs::rename(test.directory / "other", test.directory / "another");
    fs::create_directory(test.directory / "directory");
  }),
           Kinds{});
}

TEST(ANameIsTheSameInCapitals) {
  WatchedFile test;
  CHECK_EQ(test.EventsOf([&] { WriteFile(test.directory / "FILE.DLL", "something longer"); }),
           Kinds{FileEvent::kWritten});
}

TEST(SeesAFileWhoseDirectoriesAppearLater) {
  WatcherFixture test;
  test.Watch(WatcherFixture::kWatch, test.directory / "one/two/file.dll");
  const Kinds kinds = test.EventsOf([&] {
    fs::create_directories(test.directory / "one/two");
    WriteFile(test.directory / "one/two/file.dll", "content");
  });
  CHECK_EQ(kinds.count(FileEvent::kReplaced), 1);
  CHECK_EQ(test.EventsOf([&] { WriteFile(test.directory / "one/two/file.dll", "longer content"); }),
           Kinds{FileEvent::kWritten});
}

TEST(SeesAFileInADirectoryThatWasRemovedAndMadeAgain) {
  if (IsLeftOutUnderWine("it keeps a directory that another thread looks at")) return;
  WatcherFixture test;
  const std::string path = test.directory / "inner/file.dll";
  fs::create_directory(test.directory / "inner");
  WriteFile(path, "content");
  test.Watch(WatcherFixture::kWatch, path);
  const Kinds kinds = test.EventsOf([&] {
    fs::remove_all(test.directory / "inner");
    test.Fence();
    fs::create_directory(test.directory / "inner");
    WriteFile(path, "content");
  });
  CHECK_EQ(kinds.count(FileEvent::kReplaced), 1);
  CHECK_EQ(test.EventsOf([&] { WriteFile(path, "something longer"); }), Kinds{FileEvent::kWritten});
}

TEST(AnEndedWatchSeesNothingMore) {
  WatchedFile test;
  test.Unwatch(WatcherFixture::kWatch);
  CHECK_EQ(test.EventsOf([&] { WriteFile(test.path, "something longer"); }), Kinds{});
}

TEST(AnEndedWatchLetsTheDirectoryGo) {
  WatcherFixture test;
  fs::create_directory(test.directory / "inner");
  test.Watch(WatcherFixture::kWatch, test.directory / "inner/file.dll");
  test.Unwatch(WatcherFixture::kWatch);
  fs::remove(test.directory / "inner");
  CHECK(!fs::exists(test.directory / "inner"));
}

TEST(SaysThatTheFileMayHaveChangedWhenEventsWereLost) {
  WatchedFile test;
  const Kinds kinds = test.EventsOf([&] {
    // The buffer of the reader has room for a few hundred of these.
    test.Run([&] {
      for (int i = 0; i < 1500; ++i) {
        WriteFile(test.directory / (std::string(60, 'x') + std::to_string(i)), "");
      }
    });
  });
  CHECK_EQ(kinds, Kinds{FileEvent::kReplaced});
}

TEST(EndsWhileFilesChangeAllTheTime) {
  const TemporaryDirectory directory;
  for (int round = 0; round < 20; ++round) {
    RecordingHandler handler;
    auto watcher = Watcher::Create(&handler);
    CHECK_OK(watcher);
    const std::string path = directory / "file.dll";
    watcher.value()->Post([&] { CHECK_OK(watcher.value()->Watch(1, path, WatchMode::kEvents)); });
    for (int i = 0; i < round; ++i) WriteFile(path, std::string(static_cast<size_t>(i), 'x'));
  }
}

}  // namespace
}  // namespace dynamic_reload::test
