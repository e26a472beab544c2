#include "os/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

constexpr ErrorCode kCode = ErrorCode::kLibraryLoad;

File OpenFile(const std::string& path) {
  auto file = File::Open(path, kCode);
  CHECK_OK(file);
  return std::move(file).value();
}

FileIdentity IdentityOf(const std::string& path) { return OpenFile(path).Identity().value(); }

TEST(ReadsBytesAtAnOffset) {
  const TemporaryDirectory directory;
  WriteFile(directory / "file", "0123456789");
  const File file = OpenFile(directory / "file");
  char bytes[4];
  CHECK(file.ReadAt(3, bytes, sizeof bytes));
  CHECK_EQ(std::string(bytes, sizeof bytes), "3456");
  CHECK(file.ReadAt(6, bytes, sizeof bytes));
  CHECK_EQ(std::string(bytes, sizeof bytes), "6789");
}

TEST(RefusesToReadPastTheEnd) {
  const TemporaryDirectory directory;
  WriteFile(directory / "file", "0123456789");
  const File file = OpenFile(directory / "file");
  char bytes[4];
  CHECK(!file.ReadAt(7, bytes, sizeof bytes));
  CHECK(!file.ReadAt(10, bytes, 1));
  CHECK(!file.ReadAt(1'000'000'000'000, bytes, 1));
  CHECK(!file.ReadAt(UINT64_MAX, bytes, 1));
}

TEST(NamesTheSystemCallThatFailed) {
  const TemporaryDirectory directory;
  const auto file = File::Open(directory / "missing", kCode);
  CHECK(!file.ok());
  CHECK_EQ(file.error().code, kCode);
  CHECK_EQ(file.error().syscall, "open");
  CHECK_EQ(file.error().path, directory / "missing");
  CHECK_EQ(file.error().system_code, ENOENT);
  CHECK_EQ(file.error().message, "No such file or directory");
}

TEST(RefusesADirectory) {
  const TemporaryDirectory directory;
  const auto file = File::Open(directory.path(), kCode);
  CHECK(!file.ok());
  CHECK_EQ(file.error().message, "not a regular file");
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
  const File file = OpenFile(directory / "file");
  CHECK((fcntl(static_cast<int>(file.handle()), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST(StaysTheFileThatWasOpenedWhenItsPathNamesAnother) {
  const TemporaryDirectory directory;
  WriteFile(directory / "file", "first");
  const File file = OpenFile(directory / "file");
  ReplaceFile(directory / "file", "other");
  char bytes[5];
  CHECK(file.ReadAt(0, bytes, sizeof bytes));
  CHECK_EQ(std::string(bytes, sizeof bytes), "first");
}

TEST(TwoNamesOfOneFileHaveOneIdentity) {
  const TemporaryDirectory directory;
  WriteFile(directory / "file", "text");
  std::filesystem::create_hard_link(directory / "file", directory / "second");
  CHECK(IdentityOf(directory / "file") == IdentityOf(directory / "second"));
}

TEST(AnotherFileOfTheSameContentHasAnotherIdentity) {
  const TemporaryDirectory directory;
  WriteFile(directory / "file", "text");
  WriteFile(directory / "second", "text");
  CHECK(!(IdentityOf(directory / "file") == IdentityOf(directory / "second")));
}

TEST(WritingChangesTheIdentity) {
  const TemporaryDirectory directory;
  WriteFile(directory / "file", "text");
  const FileIdentity before = IdentityOf(directory / "file");
  WriteFile(directory / "file", "longer");
  const FileIdentity after = IdentityOf(directory / "file");
  CHECK_EQ(before.inode, after.inode);
  CHECK_EQ(before.size, 4);
  CHECK_EQ(after.size, 6);
  CHECK(!(before == after));
}

// Tools that copy files often restore the time of the last change; the kernel keeps its own.
TEST(AnotherNameMakesAnotherIdentityOfTheSameContent) {
  TemporaryDirectory directory;
  WriteFile(directory / "one", "text");
  const auto before = File::IdentityAt(directory / "one");
  std::filesystem::create_hard_link(directory / "one", directory / "two");
  const auto after = File::IdentityAt(directory / "one");
  CHECK(!(*after == *before));
  CHECK(after->MayHaveContentOf(*before));
  ReplaceFile(directory / "one", "text");
  CHECK(!File::IdentityAt(directory / "one")->MayHaveContentOf(*before));
}

TEST(EqualsAFileOfTheSameBytes) {
  TemporaryDirectory directory;
  const std::string long_text(200'000, 'x');
  for (const std::string& content : {std::string(), std::string("text"), long_text}) {
    WriteFile(directory / "one", content);
    WriteFile(directory / "two", content);
    const File one = OpenFile(directory / "one");
    const File two = OpenFile(directory / "two");
    CHECK(one.Equals(two));
    WriteFile(directory / "two", content + "y");
    CHECK(!one.Equals(two));
    WriteFile(directory / "one", content + "z");
    CHECK(!one.Equals(two));
  }
}

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
