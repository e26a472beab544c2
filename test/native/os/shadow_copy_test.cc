#include "os/shadow_copy.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "test/native/check.h"
#include "test/native/child_process.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

File OpenFile(const std::string& path) {
  auto file = File::Open(path, ErrorCode::kShadowCopy);
  CHECK_OK(file);
  return std::move(file).value();
}

// Every byte has another neighbour, so that a shifted copy is noticed.
std::string SomeContent(size_t size) {
  std::string content(size, '\0');
  for (size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * i / 251 + i);
  return content;
}

TEST(CopiesEveryByte) {
  for (const size_t size : std::initializer_list<size_t>{0, 1, 4096, 100'001, 5'000'000}) {
    const TemporaryDirectory directory;
    WriteFile(directory / "source", SomeContent(size));
    CHECK_OK(CopyFile(OpenFile(directory / "source"), size, directory / "copy"));
    CHECK(ReadFile(directory / "copy") == SomeContent(size));
  }
}

TEST(CopiesNoMoreThanWasAskedFor) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", SomeContent(10'000));
  CHECK_OK(CopyFile(OpenFile(directory / "source"), 9'999, directory / "copy"));
  CHECK(ReadFile(directory / "copy") == SomeContent(10'000).substr(0, 9'999));
}

TEST(EndsWhereTheSourceEnds) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", "short");
  CHECK_OK(CopyFile(OpenFile(directory / "source"), 1'000'000, directory / "copy"));
  CHECK_EQ(ReadFile(directory / "copy"), "short");
}

TEST(OnlyTheUserMayUseTheCopyAndNobodyMayWriteToIt) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", "text");
  CHECK_OK(CopyFile(OpenFile(directory / "source"), 4, directory / "copy"));
  struct stat status;
  CHECK_EQ(stat((directory / "copy").c_str(), &status), 0);
  CHECK_EQ(status.st_mode & 0777, 0500);
}

// A loader that has seen a path gives back what it loaded from there, and overwriting what is
// loaded crashes it.
TEST(NeverOverwrites) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", "new");
  WriteFile(directory / "copy", "old");
  const Status status = CopyFile(OpenFile(directory / "source"), 3, directory / "copy");
  CHECK(!status.ok());
  CHECK_EQ(status.error().system_code, EEXIST);
  CHECK_EQ(ReadFile(directory / "copy"), "old");
}

TEST(NeverWritesThroughALink) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", "text");
  std::filesystem::create_symlink("elsewhere", directory / "copy");
  CHECK(!CopyFile(OpenFile(directory / "source"), 4, directory / "copy").ok());
  CHECK(!std::filesystem::exists(directory / "elsewhere"));
}

TEST(AFailureNamesSourceAndDestination) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", "text");
  const std::string destination = directory / "missing/copy";
  const Status status = CopyFile(OpenFile(directory / "source"), 4, destination);
  CHECK(!status.ok());
  CHECK_EQ(status.error().code, ErrorCode::kShadowCopy);
  CHECK_EQ(status.error().syscall, "open");
  CHECK_EQ(status.error().path, directory / "source");
  CHECK_EQ(status.error().destination, destination);
  CHECK_EQ(status.error().system_code, ENOENT);
}

// A limit on the size of files stands for a full disk: both end the copy in the middle.
TEST(LeavesNothingBehindWhenThereIsNoSpace) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", SomeContent(100'000));
  ChildProcess child([&](const auto& report) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{50'000, 50'000};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    const Status status = CopyFile(OpenFile(directory / "source"), 100'000, directory / "copy");
    report(status.ok() ? "copied" : status.error().syscall);
    report(status.ok() ? "" : status.error().destination);
    return 0;
  });
  CHECK_EQ(child.ReadLine(), "sendfile");
  CHECK_EQ(child.ReadLine(), directory / "copy");
  CHECK_EQ(NamesIn(directory.path()), std::vector<std::string>{"source"});
}

TEST(DeletingACopyThatIsGoneDoesNoHarm) {
  const TemporaryDirectory directory;
  WriteFile(directory / "copy", "text");
  DeleteCopy(directory / "copy");
  CHECK(!std::filesystem::exists(directory / "copy"));
  DeleteCopy(directory / "copy");
}

}  // namespace
}  // namespace dynamic_reload::test
