#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "os/shadow_copy.h"
#include "test/native/check.h"
#include "test/native/child_process.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

File Open(const std::string& path) {
  auto file = File::Open(path, ErrorCode::kShadowCopy);
  CHECK_OK(file);
  return std::move(file).value();
}

TEST(OnlyTheUserMayUseTheCopyAndNobodyMayWriteToIt) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", "text");
  CHECK_OK(CopyFile(Open(directory / "source"), 4, directory / "copy"));
  struct stat status;
  CHECK_EQ(stat((directory / "copy").c_str(), &status), 0);
  CHECK_EQ(status.st_mode & 0777, 0500);
}

TEST(NeverWritesThroughALink) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", "text");
  std::filesystem::create_symlink("elsewhere", directory / "copy");
  CHECK(!CopyFile(Open(directory / "source"), 4, directory / "copy").ok());
  CHECK(!std::filesystem::exists(directory / "elsewhere"));
}

// A limit on the size of files stands for a full disk: both end the copy in the middle.
TEST(LeavesNothingBehindWhenThereIsNoSpace) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", std::string(100'000, 'x'));
  ChildProcess child([&](const auto& report) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{50'000, 50'000};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    const Status status = CopyFile(Open(directory / "source"), 100'000, directory / "copy");
    report(status.ok() ? "copied" : status.error().syscall);
    report(status.ok() ? "" : status.error().destination);
    return 0;
  });
  CHECK_EQ(child.ReadLine(), "sendfile");
  CHECK_EQ(child.ReadLine(), directory / "copy");
  CHECK_EQ(NamesIn(directory.path()), std::vector<std::string>{"source"});
}

}  // namespace
}  // namespace dynamic_reload::test
