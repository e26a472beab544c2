// What the monitor makes of the ways in which a library file changes.

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
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

void Write(const UniqueFd& fd, const std::string& bytes) {
  CHECK_EQ(write(fd.get(), bytes.data(), bytes.size()), bytes.size());
}

TEST(TheFirstChangeIsACopyOfTheFile) {
  MonitorFixture test;
  const std::string copy = test.AddRunning(FirstLibrary());
  CHECK(ReadFile(copy) == FirstLibrary());
  CHECK_EQ(fs::path(copy).parent_path(), fs::path(test.listener.directory()));
}

TEST(TheFirstChangeOfAMissingFileIsAnErrorAndALaterFileACopy) {
  MonitorFixture test;
  const LibraryId id = test.Add(test.path);
  const Change change = test.listener.NextChange();
  CHECK_EQ(change.library, id);
  CHECK_EQ(change.copy.error().code, ErrorCode::kLibraryNotFound);
  CHECK_EQ(change.copy.error().path, test.path);
  WriteFile(test.path, FirstLibrary());
  CHECK(ReadFile(test.listener.NextCopy()) == FirstLibrary());
}

TEST(TheFirstChangeOfADamagedFileIsAnErrorAndARepairedFileACopy) {
  MonitorFixture test;
  WriteFile(test.path, "garbage");
  test.Add(test.path);
  CHECK_EQ(test.listener.NextError().code, ErrorCode::kLibraryIncomplete);
  WriteFile(test.path, FirstLibrary());
  CHECK(ReadFile(test.listener.NextCopy()) == FirstLibrary());
}

TEST(TheFirstChangeOfWhatIsNoFileIsAnError) {
  MonitorFixture test;
  fs::create_directory(test.path);
  test.Add(test.path);
  CHECK_EQ(test.listener.NextError().message, "not a regular file");
}

TEST(RenamingANewFileOverItIsAChange) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  ReplaceFile(test.path, Version(2));
  CHECK(ReadFile(test.listener.NextCopy()) == Version(2));
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

TEST(WritingItInPlaceIsAChange) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  WriteFile(test.path, Version(2));
  CHECK(ReadFile(test.listener.NextCopy()) == Version(2));
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

// The end of a write is announced a moment before the kernel lets go of the writer. A look may come
// in between.
TEST(EveryWriteIsAChangeHoweverSoonTheMonitorLooks) {
  MonitorFixture test;
  test.AddRunning(Version(0));
  for (int version = 1; version <= 300; ++version) {
    WriteFile(test.path, Version(version % 100));
    CHECK(ReadFile(test.listener.NextCopy()) == Version(version % 100));
  }
}

TEST(AChangeIsNoticedWhenItsWritingBegins) {
  MonitorFixture test;
  test.AddRunning(FirstLibrary());
  const auto before = Clock::now();
  fs::remove(test.path);
  UniqueFd writer(open(test.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0700));
  test.Fence();
  const auto began = Clock::now();
  Write(writer, Version(2));
  writer = UniqueFd();
  const ChangeTimes times = test.listener.NextChange().times;
  CHECK(before <= times.noticed && times.noticed <= began);
  CHECK(began <= times.looked);
  CHECK(times.looked + times.copying.time <= times.ready);
  CHECK_EQ(times.copying.bytes, Version(2).size());
}

TEST(DeletingItAndMakingItAgainIsAChange) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  fs::remove(test.path);
  CHECK_EQ(test.WaitingAfterFence(), 0);
  WriteFile(test.path, Version(2));
  CHECK(ReadFile(test.listener.NextCopy()) == Version(2));
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

TEST(AHardLinkToAFinishedFileIsAChange) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  WriteFile(test.directory / "deps.so", Version(2));
  fs::remove(test.path);
  fs::create_hard_link(test.directory / "deps.so", test.path);
  CHECK(ReadFile(test.listener.NextCopy()) == Version(2));
}

// A linker that maps its output leaves a file behind that looks whole long before it is.
TEST(NothingIsAChangeWhileSomebodyWrites) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  UniqueFd writer(open(test.path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
  const std::string content = Version(2);
  Write(writer, content.substr(0, 5000));
  CHECK_EQ(test.WaitingAfterFence(), 0);
  Write(writer, content.substr(5000));
  CHECK_EQ(test.WaitingAfterFence(), 0);
  writer = UniqueFd();
  CHECK(ReadFile(test.listener.NextCopy()) == content);
}

// lld renames first and closes afterwards.
TEST(AFileThatIsStillOpenWhenItArrivesIsAChangeOnceItIsClosed) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  WriteFile(test.directory / "new", Version(2));
  UniqueFd writer(open((test.directory / "new").c_str(), O_WRONLY | O_CLOEXEC));
  fs::rename(test.directory / "new", test.path);
  CHECK_EQ(test.WaitingAfterFence(), 0);
  writer = UniqueFd();
  CHECK(ReadFile(test.listener.NextCopy()) == Version(2));
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

TEST(TheSameContentAgainIsNoChange) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  WriteFile(test.path, Version(1));
  CHECK_EQ(test.WaitingAfterFence(), 0);
  ReplaceFile(test.path, Version(1));
  CHECK_EQ(test.WaitingAfterFence(), 0);
  ReplaceFile(test.path, Version(1) + "debug information");
  CHECK_EQ(test.WaitingAfterFence(), 0);
  CHECK_EQ(test.listener.Copies(), 1);
}

TEST(NewTimesOrPermissionsAreNoChange) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  CHECK_EQ(utimensat(AT_FDCWD, test.path.c_str(), nullptr, 0), 0);
  CHECK_EQ(chmod(test.path.c_str(), 0755), 0);
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

TEST(ADeletedLibraryKeepsRunning) {
  MonitorFixture test;
  const std::string copy = test.AddRunning(Version(1));
  fs::remove(test.path);
  CHECK_EQ(test.WaitingAfterFence(), 0);
  CHECK(fs::exists(copy));
}

TEST(ALibraryWhoseDirectoryIsSwappedForAnEmptyOneKeepsRunning) {
  MonitorFixture test;
  test.path = test.directory / "build/libfoo.so";
  fs::create_directory(test.directory / "build");
  test.AddRunning(Version(1));
  fs::rename(test.directory / "build", test.directory / "old");
  fs::create_directory(test.directory / "build");
  CHECK_EQ(test.WaitingAfterFence(), 0);
  WriteFile(test.path, Version(2));
  CHECK(ReadFile(test.listener.NextCopy()) == Version(2));
}

TEST(ADamagedFileIsOneErrorAfterSomePatienceAndARepairedOneAChange) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  const auto start = Clock::now();
  WriteFile(test.path, "garbage");
  const Error error = test.listener.NextError();
  CHECK(Clock::now() - start >= AttemptSchedule::kIncompletePatience);
  CHECK_EQ(error.code, ErrorCode::kLibraryIncomplete);
  CHECK_EQ(error.path, test.path);
  CHECK_EQ(error.message, "not an ELF file");
  CHECK_EQ(test.WaitingAfterFence(), 0);
  WriteFile(test.path, Version(2));
  CHECK(ReadFile(test.listener.NextCopy()) == Version(2));
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

TEST(ARepairedFileThatIsTheRunningVersionIsToldOnceWithoutACopy) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  WriteFile(test.path, Version(1).substr(0, 5000));
  CHECK_EQ(test.listener.NextError().code, ErrorCode::kLibraryIncomplete);
  WriteFile(test.path, Version(1));
  CHECK_EQ(test.listener.NextCopy(), "");
  WriteFile(test.path, Version(1));
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

// Who takes the error gives up the copy before it.
TEST(AFileThatIsTheNewestCopyAgainAfterAnErrorIsAChange) {
  MonitorFixture test;
  test.AddRunning(Version(1));
  ReplaceFile(test.path, Version(2));
  CHECK(ReadFile(test.listener.NextCopy()) == Version(2));
  WriteFile(test.path, "garbage");
  CHECK_EQ(test.listener.NextError().code, ErrorCode::kLibraryIncomplete);
  WriteFile(test.path, Version(2));
  CHECK(ReadFile(test.listener.NextCopy()) == Version(2));
}

// As an upload does that is interrupted for a moment.
TEST(ADamagedFileThatIsCompletedInTimeIsNoError) {
  for (;;) {
    MonitorFixture test;
    test.AddRunning(Version(1));
    const auto start = Clock::now();
    WriteFile(test.path, Version(2).substr(0, 5000));
    test.Fence();
    WriteFile(test.path, Version(2));
    const auto taken = Clock::now() - start;
    const Change change = test.listener.NextChange();
    // On a machine that was busy elsewhere the file was damaged for too long: an error was right.
    if (!change.copy.ok() && taken > AttemptSchedule::kIncompletePatience) continue;
    CHECK(ReadFile(change.copy.value()) == Version(2));
    return;
  }
}

TEST(TwoLibrariesWithOneNameNeverMix) {
  MonitorFixture test;
  fs::create_directory(test.directory / "a");
  fs::create_directory(test.directory / "b");
  const std::string path_a = test.directory / "a/libfoo.so";
  const std::string path_b = test.directory / "b/libfoo.so";
  WriteFile(path_a, Version(1));
  WriteFile(path_b, Version(2));
  const LibraryId a = test.Add(path_a);
  const Change first_a = test.listener.NextChange();
  const LibraryId b = test.Add(path_b);
  const Change first_b = test.listener.NextChange();
  CHECK_NE(a, b);
  CHECK_EQ(first_a.library, a);
  CHECK_EQ(first_b.library, b);
  CHECK(ReadFile(first_a.copy.value()) == Version(1));
  CHECK(ReadFile(first_b.copy.value()) == Version(2));

  ReplaceFile(path_b, Version(3));
  const Change second_b = test.listener.NextChange();
  CHECK_EQ(second_b.library, b);
  CHECK(ReadFile(second_b.copy.value()) == Version(3));
  CHECK_EQ(test.WaitingAfterFence(), 0);
}

// The quiet time begins anew with each change.
TEST(ManyChangesInAQuickRowAreOneChangeWithDebounce) {
  constexpr milliseconds kDebounce(200);
  for (;;) {
    MonitorFixture test;
    WriteFile(test.path, Version(1));
    test.Add(test.path, kDebounce);
    test.listener.NextCopy();
    Clock::duration longest_gap{0};
    auto last = Clock::now();
    for (int version = 2; version < 12; ++version) {
      const auto now = Clock::now();
      longest_gap = std::max(longest_gap, now - last);
      last = now;
      ReplaceFile(test.path, Version(version));
      test.Fence();
    }
    const std::string copy = test.listener.NextCopy();
    const auto taken = Clock::now() - last;
    if (longest_gap > kDebounce / 2) continue;  // The machine was busy: the row was not quick.
    CHECK(ReadFile(copy) == Version(11));
    CHECK(taken >= kDebounce);
    CHECK_EQ(test.WaitingAfterFence(), 0);
    return;
  }
}

// Who asks for the first version may be blocked until it comes.
TEST(TheFirstAnswerDoesNotWaitForQuiet) {
  MonitorFixture test;
  WriteFile(test.path, "not yet");
  test.Add(test.path, std::chrono::hours(1));
  test.Fence();
  WriteFile(test.path, "still not");
  CHECK_EQ(test.listener.NextError().code, ErrorCode::kLibraryIncomplete);
}

}  // namespace
}  // namespace dynamic_reload::test
