// Libraries that are polled, that are waited for, and that take several steps to install.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "os/unique_fd.h"
#include "test/native/os/monitor_fixture.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

struct WaitingTest : MonitorFixture {
  WaitingTest() {
    LibraryMonitor::Options options;
    options.wait_for_file = true;
    id = Add(path, options);
  }
};

TEST(NothingIsSaidAboutAFileThatIsWaitedForUntilItIsThere) {
  WaitingTest test;
  CHECK_EQ(test.WaitingAfterFence(), 0);
  WriteFile(test.path, FirstLibrary());
  CHECK(ReadFile(test.listener.NextCopy()) == FirstLibrary());
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

TEST(NothingIsSaidAboutADamagedFileThatIsWaitedFor) {
  WaitingTest test;
  WriteFile(test.path, "garbage");
  // Another library, whose file is damaged for as long, shows when it would have been said.
  Listener other(test.directory.path());
  WriteFile(test.directory / "other.so", "garbage");
  test.monitor->Add(test.directory / "other.so", other.Subscribe(milliseconds(0)));
  CHECK_EQ(other.NextError().code, ErrorCode::kLibraryIncomplete);
  CHECK_EQ(test.WaitingAfterFence(), 0);
  WriteFile(test.path, FirstLibrary());
  CHECK(ReadFile(test.listener.NextCopy()) == FirstLibrary());
}

TEST(AFileThatIsWaitedForAndIsNoneIsAnError) {
  WaitingTest test;
  fs::create_directory(test.path);
  CHECK_EQ(test.listener.NextError().message, "not a regular file");
}

// The rest of its life is that of any library.
TEST(AFileThatWasWaitedForAndIsDamagedLaterIsAnError) {
  WaitingTest test;
  WriteFile(test.path, FirstLibrary());
  test.monitor->Accept(test.id, test.listener.NextCopy());
  WriteFile(test.path, "garbage");
  CHECK_EQ(test.listener.NextError().code, ErrorCode::kLibraryIncomplete);
}

TEST(ALibraryHasAQuietTimeOfItsOwn) {
  MonitorFixture test;
  WriteFile(test.path, Version(1));
  LibraryMonitor::Options options;
  options.settle = milliseconds(200);
  test.id = test.Add(test.path, options);
  test.monitor->Accept(test.id, test.listener.NextCopy());
  // Each step is finished, and within the quiet time of the one before unless the machine stalls.
  const auto start = std::chrono::steady_clock::now();
  for (int step = 2; step <= 4; ++step) ReplaceFile(test.path, Version(step));
  const bool stalled = std::chrono::steady_clock::now() - start > milliseconds(100);
  const std::string copy = test.listener.NextCopy();
  CHECK(stalled || ReadFile(copy) == Version(4));
  CHECK(std::chrono::steady_clock::now() - start >= milliseconds(200));
}

struct PolledTest : MonitorFixture {
  PolledTest() {
    WriteFile(path, Version(1));
    id = Add(path, WatchMode::kPoll);
    monitor->Accept(id, listener.NextCopy());
  }
};

TEST(APolledLibraryIsCopiedWhenItChanges) {
  PolledTest test;
  ReplaceFile(test.path, Version(2));
  CHECK(ReadFile(test.listener.NextCopy()) == Version(2));
  WriteFile(test.path, Version(3));
  CHECK(ReadFile(test.listener.NextCopy()) == Version(3));
}

TEST(OneDamageOfAPolledLibraryIsOneError) {
  PolledTest test;
  WriteFile(test.path, "garbage");
  CHECK_EQ(test.listener.NextError().code, ErrorCode::kLibraryIncomplete);
  CHECK_EQ(chmod(test.path.c_str(), 0755), 0);
  WriteFile(test.directory / "good", Version(2));
  fs::rename(test.directory / "good", test.path);
  CHECK(ReadFile(test.listener.NextCopy()) == Version(2));
}

// chmod after the link step is no second build.
TEST(ARejectedPolledLibraryIsNotTriedAgainWhenItsAttributesChange) {
  PolledTest test;
  ReplaceFile(test.path, Version(2));
  test.monitor->Reject(test.id, test.listener.NextCopy());
  CHECK_EQ(chmod(test.path.c_str(), 0700), 0);
  // Polled as well, and changed later.
  const std::string other = test.directory / "other.so";
  WriteFile(other, Version(1));
  test.Add(other, WatchMode::kPoll);
  test.listener.NextCopy();
  ReplaceFile(other, Version(5));
  CHECK(ReadFile(test.listener.NextCopy()) == Version(5));
  CHECK_EQ(test.listener.Waiting(), 0);
}

// No event tells when it is done.
TEST(APolledLibraryThatIsWrittenSlowlyIsCopiedAtTheEnd) {
  PolledTest test;
  UniqueFd writer(open(test.path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  const std::string content = Version(2);
  CHECK_EQ(write(writer.get(), content.data(), content.size()), content.size());
  CHECK_EQ(test.WaitingAfterFence(), 0);
  writer = UniqueFd();
  CHECK(ReadFile(test.listener.NextCopy()) == content);
}

}  // namespace
}  // namespace dynamic_reload::test
