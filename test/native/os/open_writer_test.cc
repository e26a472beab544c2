#include "os/open_writer.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include "os/unique_fd.h"
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

OpenWriter WriterOf(const std::string& path) { return FindOpenWriter(OpenFile(path)); }

struct TestFile {
  TestFile() { WriteFile(path, std::string(4096, 'x')); }

  TemporaryDirectory directory;
  std::string path = directory / "file";
};

TEST(FindsNoWriterOfAFileThatIsAtRest) {
  const TestFile file;
  CHECK_EQ(WriterOf(file.path), OpenWriter::kNone);
}

TEST(DoesNotTakeAReaderForAWriter) {
  const TestFile file;
  const UniqueFd reader(open(file.path.c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(reader.valid());
  CHECK_EQ(WriterOf(file.path), OpenWriter::kNone);
}

TEST(FindsAWriterInThisProcessUntilItCloses) {
  const TestFile file;
  {
    const UniqueFd writer(open(file.path.c_str(), O_WRONLY | O_CLOEXEC));
    CHECK(writer.valid());
    CHECK_EQ(WriterOf(file.path), OpenWriter::kPresent);
  }
  CHECK_EQ(WriterOf(file.path), OpenWriter::kNone);
}

TEST(FindsAWriterInAnotherProcessUntilItDies) {
  const TestFile file;
  ChildProcess child([&](const auto& report) {
    const UniqueFd writer(open(file.path.c_str(), O_WRONLY | O_CLOEXEC));
    report("open");
    pause();
    return 0;
  });
  CHECK_EQ(child.ReadLine(), "open");
  CHECK_EQ(WriterOf(file.path), OpenWriter::kPresent);
  child.Kill();
  CHECK_EQ(WriterOf(file.path), OpenWriter::kNone);
}

// gold and mold close the file early and go on writing through memory.
TEST(FindsAWriterThatMappedTheFileAndClosedIt) {
  const TestFile file;
  UniqueFd writer(open(file.path.c_str(), O_RDWR | O_CLOEXEC));
  void* memory = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, writer.get(), 0);
  CHECK(memory != MAP_FAILED);
  writer = UniqueFd();
  CHECK_EQ(WriterOf(file.path), OpenWriter::kPresent);
  munmap(memory, 4096);
  CHECK_EQ(WriterOf(file.path), OpenWriter::kNone);
}

TEST(FindsAWriterThatUsesAnotherNameOfTheFile) {
  const TestFile file;
  const std::string second = file.directory / "second";
  std::filesystem::create_hard_link(file.path, second);
  const UniqueFd writer(open(second.c_str(), O_WRONLY | O_CLOEXEC));
  CHECK(writer.valid());
  CHECK_EQ(WriterOf(file.path), OpenWriter::kPresent);
}

TEST(LooksAtTheFileThatIsOpenAndNotAtItsPath) {
  const TestFile file;
  const File old_file = OpenFile(file.path);
  ReplaceFile(file.path, "new");
  const UniqueFd writer(open(file.path.c_str(), O_WRONLY | O_CLOEXEC));
  CHECK(writer.valid());
  CHECK_EQ(FindOpenWriter(old_file), OpenWriter::kNone);
}

TEST(TwoWhoLookAtOnceDoNotDisturbEachOther) {
  const TestFile file;
  const File one = OpenFile(file.path);
  const File other = OpenFile(file.path);
  for (int look = 0; look < 100; ++look) {
    CHECK_EQ(FindOpenWriter(one), OpenWriter::kNone);
    CHECK_EQ(FindOpenWriter(other), OpenWriter::kNone);
  }
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
  const TestFile file;
  std::atomic<bool> stop{false};
  std::thread opener([&] {
    while (!stop) UniqueFd writer(open(file.path.c_str(), O_RDWR | O_CLOEXEC));
  });
  int none = 0;
  int present = 0;
  for (int look = 0; look < kLooks; ++look) {
    switch (WriterOf(file.path)) {
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
  CHECK_EQ(WriterOf(file.path), OpenWriter::kNone);
}

}  // namespace
}  // namespace dynamic_reload::test
