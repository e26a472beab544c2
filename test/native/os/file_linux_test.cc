#include <fcntl.h>
#include <sys/stat.h>

#include <string>
#include <utility>

#include "os/file.h"
#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

constexpr ErrorCode kCode = ErrorCode::kLibraryLoad;

File OpenForReading(const std::string& path) {
  auto file = File::Open(path, kCode);
  CHECK_OK(file);
  return std::move(file).value();
}

FileIdentity IdentityOf(const std::string& path) { return OpenForReading(path).Identity().value(); }

TEST(NamesTheSystemCallThatFailed) {
  const TemporaryDirectory directory;
  const auto file = File::Open(directory / "missing", kCode);
  CHECK_EQ(file.error().syscall, "open");
  CHECK_EQ(file.error().message, "No such file or directory");
}

// Opening a pipe for reading waits for a writer, which here never comes.
TEST(RefusesANamedPipeWithoutWaiting) {
  const TemporaryDirectory directory;
  CHECK_EQ(mkfifo((directory / "pipe").c_str(), 0600), 0);
  CHECK(!File::Open(directory / "pipe", kCode).ok());
}

TEST(IsNotInheritedByAProgramThatTheProcessStarts) {
  const TemporaryDirectory directory;
  WriteFile(directory / "file", "text");
  const File file = OpenForReading(directory / "file");
  CHECK((fcntl(static_cast<int>(file.handle()), F_GETFD) & FD_CLOEXEC) != 0);
}

// Tools that copy files often restore the time of the last change; the kernel keeps its own.
TEST(SettingTheTimeBackDoesNotHideAWrite) {
  const TemporaryDirectory directory;
  WriteFile(directory / "file", "text");
  const timespec old_times[2] = {{1'000'000, 5}, {1'000'000, 5}};
  CHECK_EQ(utimensat(AT_FDCWD, (directory / "file").c_str(), old_times, 0), 0);
  const FileIdentity before = IdentityOf(directory / "file");
  CHECK_EQ(before.modified_ns, 1'000'000'000'000'005);
  FileIdentity after = before;
  // Kernels before 6.13 stamp in steps of some milliseconds.
  while (after.changed_ns == before.changed_ns) {
    WriteFile(directory / "file", "tree");
    CHECK_EQ(utimensat(AT_FDCWD, (directory / "file").c_str(), old_times, 0), 0);
    after = IdentityOf(directory / "file");
  }
  CHECK_EQ(after.modified_ns, before.modified_ns);
  CHECK(!(before == after));
}

}  // namespace
}  // namespace dynamic_reload::test
