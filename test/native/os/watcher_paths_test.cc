// Whatever happens on the way to a file, its newest content is seen.

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "os/unique_fd.h"
#include "test/native/os/watcher_fixture.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;

// Reads the file at every event, as whoever uses a watcher does. What it read last is what a
// program would be running.
class PathTest : public WatcherFixture {
 public:
  explicit PathTest(const std::string& name) : path(directory / name) {
    handler.on_event = [this](WatchId watch) {
      if (watch == kWatch) Look();
    };
  }

  ~PathTest() { watcher.reset(); }  // Its thread calls Look().

  void StartWatching() {
    Watch(kWatch, path);
    Run([this] { Look(); });
  }

  bool Sees(const std::string& content) {
    return Eventually([&] {
      MutexLock lock(mutex_);
      return content_ == content;
    });
  }

  std::string path;

 private:
  void Look() {
    std::ifstream stream(path, std::ios::binary);
    if (!stream.is_open()) return;
    std::string content((std::istreambuf_iterator<char>(stream)), {});
    MutexLock lock(mutex_);
    content_ = std::move(content);
  }

  Mutex mutex_;
  std::string content_ GUARDED_BY(mutex_);
};

TEST(SeesAFileThatAppearsLater) {
  PathTest test("lib.so");
  test.StartWatching();
  WriteFile(test.path, "first");
  CHECK(test.Sees("first"));
}

TEST(SeesAFileWhoseDirectoriesAppearLater) {
  PathTest test("a/b/c/lib.so");
  test.StartWatching();
  fs::create_directories(test.directory / "a/b/c");
  WriteFile(test.path, "first");
  CHECK(test.Sees("first"));
  ReplaceFile(test.path, "second");
  CHECK(test.Sees("second"));
}

TEST(SeesAFileWhoseDirectoriesAppearOneByOne) {
  PathTest test("a/b/lib.so");
  test.StartWatching();
  fs::create_directory(test.directory / "a");
  test.Fence();
  fs::create_directory(test.directory / "a/b");
  test.Fence();
  WriteFile(test.path, "first");
  CHECK(test.Sees("first"));
}

// What appears between the plan and the watches that it asks for is seen by neither.
TEST(SeesAFileThatAppearsWhileTheWatchIsMade) {
  for (int round = 0; round < 300; ++round) {
    PathTest test("a/b/lib.so");
    test.watcher->Post([&] {
      CHECK_OK(test.watcher->Watch(WatcherFixture::kWatch, test.path, WatchMode::kEvents));
    });
    fs::create_directories(test.directory / "a/b");
    WriteFile(test.path, "first");
    test.Run([&] { test.handler.on_event(WatcherFixture::kWatch); });
    CHECK(test.Sees("first"));
    ReplaceFile(test.path, "second");
    CHECK(test.Sees("second"));
  }
}

TEST(SeesADirectoryThatIsMovedIn) {
  PathTest test("build/lib.so");
  test.StartWatching();
  fs::create_directory(test.directory / "staging");
  WriteFile(test.directory / "staging/lib.so", "first");
  fs::rename(test.directory / "staging", test.directory / "build");
  CHECK(test.Sees("first"));
}

TEST(SeesTheFileOfADirectoryThatWasSwapped) {
  PathTest test("build/lib.so");
  fs::create_directory(test.directory / "build");
  WriteFile(test.path, "first");
  test.StartWatching();
  fs::create_directory(test.directory / "new");
  WriteFile(test.directory / "new/lib.so", "second");
  fs::rename(test.directory / "build", test.directory / "old");
  fs::rename(test.directory / "new", test.directory / "build");
  CHECK(test.Sees("second"));
  WriteFile(test.path, "third");
  CHECK(test.Sees("third"));
  WriteFile(test.directory / "old/lib.so", "stale");
  test.Fence();
  CHECK(test.Sees("third"));
}

TEST(SeesTheFileOfADistantDirectoryThatWasSwapped) {
  PathTest test("a/b/c/lib.so");
  fs::create_directories(test.directory / "a/b/c");
  WriteFile(test.path, "first");
  test.StartWatching();
  fs::create_directories(test.directory / "new/b/c");
  WriteFile(test.directory / "new/b/c/lib.so", "second");
  fs::rename(test.directory / "a", test.directory / "old");
  fs::rename(test.directory / "new", test.directory / "a");
  CHECK(test.Sees("second"));
}

TEST(SeesAFileInADirectoryThatWasRemovedAndMadeAgain) {
  PathTest test("a/build/lib.so");
  for (const char* content : {"first", "second", "third"}) {
    fs::remove_all(test.directory / "a");
    fs::create_directories(test.directory / "a/build");
    WriteFile(test.path, content);
    if (content == std::string("first")) test.StartWatching();
    CHECK(test.Sees(content));
  }
}

// As long as somebody has the removed directory open, a shell that stands in it for example, the
// system does not say that it is gone.
TEST(SeesAFileInADirectoryThatWasRemovedWhileSomebodyWasInIt) {
  PathTest test("build/lib.so");
  fs::create_directory(test.directory / "build");
  WriteFile(test.path, "first");
  test.StartWatching();
  const UniqueFd held(open((test.directory / "build").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  CHECK(held.valid());
  fs::remove_all(test.directory / "build");
  fs::create_directory(test.directory / "build");
  WriteFile(test.path, "second");
  CHECK(test.Sees("second"));
}

// The file itself is elsewhere, and stays.
TEST(SeesALinkInADirectoryThatWasRemovedWhileSomebodyWasInIt) {
  PathTest test("bin/current/lib.so");
  for (const char* version : {"v1", "v2"}) {
    fs::create_directory(test.directory / version);
    WriteFile(test.directory / (std::string(version) + "/lib.so"), version);
  }
  fs::create_directory(test.directory / "bin");
  fs::create_directory_symlink("../v1", test.directory / "bin/current");
  test.StartWatching();
  const UniqueFd held(open((test.directory / "bin").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  CHECK(held.valid());
  fs::remove_all(test.directory / "bin");
  test.Fence();
  fs::create_directory(test.directory / "bin");
  fs::create_directory_symlink("../v2", test.directory / "bin/current");
  CHECK(test.Sees("v2"));
}

TEST(SeesALinkThatWasSwapped) {
  PathTest test("lib.so");
  WriteFile(test.directory / "lib.so.1", "first");
  WriteFile(test.directory / "lib.so.2", "second");
  fs::create_symlink("lib.so.1", test.path);
  test.StartWatching();
  CHECK(test.Sees("first"));
  fs::create_symlink("lib.so.2", test.directory / "link");
  fs::rename(test.directory / "link", test.path);
  CHECK(test.Sees("second"));
}

TEST(SeesALinkToADirectoryThatWasSwapped) {
  PathTest test("current/lib.so");
  for (const char* version : {"v1", "v2"}) {
    fs::create_directory(test.directory / version);
    WriteFile(test.directory / (std::string(version) + "/lib.so"), version);
  }
  fs::create_directory_symlink("v1", test.directory / "current");
  test.StartWatching();
  fs::create_directory_symlink("v2", test.directory / "link");
  fs::rename(test.directory / "link", test.directory / "current");
  CHECK(test.Sees("v2"));
  WriteFile(test.directory / "v2/lib.so", "v2 again");
  CHECK(test.Sees("v2 again"));
}

TEST(SeesALinkInTheMiddleOfAChainThatWasSwapped) {
  PathTest test("lib.so");
  const TemporaryDirectory elsewhere;
  WriteFile(elsewhere / "one", "first");
  WriteFile(elsewhere / "two", "second");
  fs::create_symlink(elsewhere / "one", elsewhere / "link");
  fs::create_symlink(elsewhere / "link", test.path);
  test.StartWatching();
  CHECK(test.Sees("first"));
  fs::create_symlink(elsewhere / "two", elsewhere / "new");
  fs::rename(elsewhere / "new", elsewhere / "link");
  CHECK(test.Sees("second"));
}

TEST(SeesTheTargetOfALinkWhenItIsWrittenReplacedOrMade) {
  PathTest test("lib.so");
  const TemporaryDirectory elsewhere;
  fs::create_symlink(elsewhere / "a/lib.so.1", test.path);
  test.StartWatching();
  fs::create_directory(elsewhere / "a");
  WriteFile(elsewhere / "a/lib.so.1", "made");
  CHECK(test.Sees("made"));
  WriteFile(elsewhere / "a/lib.so.1", "written");
  CHECK(test.Sees("written"));
  ReplaceFile(elsewhere / "a/lib.so.1", "replaced");
  CHECK(test.Sees("replaced"));
}

TEST(SeesALinkThatLedNowhereAndALoopThatEnds) {
  PathTest test("lib.so");
  fs::create_symlink("lib.so.1", test.path);
  fs::create_symlink("lib.so", test.directory / "lib.so.1");
  test.StartWatching();
  ReplaceFile(test.directory / "lib.so.1", "first");
  CHECK(test.Sees("first"));
}

TEST(SeesAFileWhereADirectoryTookThePlaceOfAFile) {
  PathTest test("build/lib.so");
  WriteFile(test.directory / "build", "a file");
  test.StartWatching();
  fs::remove(test.directory / "build");
  fs::create_directory(test.directory / "build");
  WriteFile(test.path, "first");
  CHECK(test.Sees("first"));
}

// Everything above in one go and without pauses, so that changes meet the watcher while it is busy
// with the one before.
TEST(SeesTheLastOfManyChangesOfEveryKind) {
  std::mt19937 random(1);
  for (int round = 0; round < 30; ++round) {
    PathTest test("a/current/lib.so");
    fs::create_directories(test.directory / "a/v0");
    fs::create_directory_symlink("v0", test.directory / "a/current");
    WriteFile(test.path, "first");
    test.StartWatching();
    for (int change = 0; change < 10; ++change) {
      const std::string content = "change " + std::to_string(change);
      const std::string version = "v" + std::to_string(change + 1);
      switch (random() % 4) {
        case 0:
          WriteFile(test.path, content);
          break;
        case 1:
          ReplaceFile(test.path, content);
          break;
        case 2:
          fs::create_directory(test.directory / ("a/" + version));
          WriteFile(test.directory / ("a/" + version + "/lib.so"), content);
          fs::create_directory_symlink(version, test.directory / "a/new");
          fs::rename(test.directory / "a/new", test.directory / "a/current");
          break;
        default:
          fs::remove_all(test.directory / "a");
          fs::create_directories(test.directory / ("a/" + version));
          fs::create_directory_symlink(version, test.directory / "a/current");
          WriteFile(test.path, content);
      }
    }
    CHECK(test.Sees("change 9"));
    CHECK_EQ(test.handler.Errors().size(), 0);
  }
}

}  // namespace
}  // namespace dynamic_reload::test
