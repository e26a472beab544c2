// Leases, and what they do to those who open the file.

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "os/open_writer.h"
#include "os/unique_fd.h"
#include "test/native/check.h"
#include "test/native/child_process.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

OpenWriter WriterOf(const std::string& path) {
  const auto file = File::Open(path, ErrorCode::kShadowCopy);
  CHECK_OK(file);
  return FindOpenWriter(file.value());
}

// Only the owner of a file, or root, may ask for a lease.
TEST(DoesNotKnowAboutAFileOfAnotherUser) {
  constexpr char kFileOfRoot[] = "/etc/passwd";
  ChildProcess child([&](const auto& report) {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && setuid(kNobody) != 0) return 1;
    report(WriterOf(kFileOfRoot) == OpenWriter::kUnknown ? "unknown" : "something else");
    return 0;
  });
  CHECK_EQ(child.ReadLine(), "unknown");
}

// An open() that meets a lease makes the kernel send a signal whose default action, for SIGIO, is
// the end of the process. Each turn of the loop below is a chance for that.
TEST(SurvivesWritersThatOpenTheFileAllTheTime) {
  constexpr int kLooks = 20'000;
  const TemporaryDirectory directory;
  const std::string path = directory / "file";
  WriteFile(path, std::string(4096, 'x'));
  std::atomic<bool> stop{false};
  std::thread opener([&] {
    while (!stop) UniqueFd writer(open(path.c_str(), O_RDWR | O_CLOEXEC));
  });
  int none = 0;
  int present = 0;
  for (int look = 0; look < kLooks; ++look) {
    switch (WriterOf(path)) {
      case OpenWriter::kNone:
        ++none;
        break;
      case OpenWriter::kPresent:
        ++present;
        break;
      case OpenWriter::kUnknown:
        CHECK(false);
    }
  }
  stop = true;
  opener.join();
  CHECK_EQ(none + present, kLooks);
  CHECK_EQ(WriterOf(path), OpenWriter::kNone);
}

}  // namespace
}  // namespace dynamic_reload::test
