#include "os/file.h"

#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>

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

TEST(ReadsBytesAtAnOffset) {
  const TemporaryDirectory directory;
  WriteFile(directory / "file", "0123456789");
  const File file = OpenForReading(directory / "file");
  char bytes[4];
  CHECK(file.ReadAt(3, bytes, sizeof bytes));
  CHECK_EQ(std::string(bytes, sizeof bytes), "3456");
  CHECK(file.ReadAt(6, bytes, sizeof bytes));
  CHECK_EQ(std::string(bytes, sizeof bytes), "6789");
}

TEST(RefusesToReadPastTheEnd) {
  const TemporaryDirectory directory;
  WriteFile(directory / "file", "0123456789");
  const File file = OpenForReading(directory / "file");
  char bytes[4];
  CHECK(!file.ReadAt(7, bytes, sizeof bytes));
  CHECK(!file.ReadAt(10, bytes, 1));
  CHECK(!file.ReadAt(1'000'000'000'000, bytes, 1));
  CHECK(!file.ReadAt(UINT64_MAX, bytes, 1));
}

TEST(ReadsWhatItRememberedUntilItForgets) {
  const TemporaryDirectory directory;
  const std::string path = directory / "file";
  for (const size_t size : {size_t{4}, size_t{65536}, size_t{65537}}) {
    WriteFile(path, std::string(size, 'a'));
    File file = OpenForReading(path);
    file.Remember();
    WriteFile(path, std::string(size + 1, 'b'));
    char byte = 0;
    CHECK(file.ReadAt(size - 1, &byte, 1));
    CHECK_EQ(byte, size <= 65536 ? 'a' : 'b');  // Only small files are.
    CHECK_EQ(file.ReadAt(size, &byte, 1), size > 65536);
    CHECK_EQ(file.ReadAt(UINT64_MAX, &byte, 1), false);
    file.Forget();
    CHECK(file.ReadAt(size, &byte, 1));
    CHECK_EQ(byte, 'b');
  }
}

TEST(AMissingFileIsAnErrorThatSaysSo) {
  const TemporaryDirectory directory;
  const auto file = File::Open(directory / "missing", kCode);
  CHECK(!file.ok());
  CHECK_EQ(file.error().code, kCode);
  CHECK_EQ(file.error().path, directory / "missing");
  CHECK_EQ(file.error().system_code, ENOENT);
  CHECK(!file.error().syscall.empty());
  CHECK(!file.error().message.empty());
}

TEST(RefusesADirectory) {
  const TemporaryDirectory directory;
  const auto file = File::Open(directory.path(), kCode);
  CHECK(!file.ok());
  CHECK_EQ(file.error().message, "not a regular file");
}

TEST(StaysTheFileThatWasOpenedWhenItsPathNamesAnother) {
  const TemporaryDirectory directory;
  WriteFile(directory / "file", "first");
  const File file = OpenForReading(directory / "file");
  std::filesystem::rename(directory / "file", directory / "renamed");
  WriteFile(directory / "file", "other");
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
    const File one = OpenForReading(directory / "one");
    const File two = OpenForReading(directory / "two");
    CHECK(one.Equals(two));
    WriteFile(directory / "two", content + "y");
    CHECK(!one.Equals(two));
    WriteFile(directory / "one", content + "z");
    CHECK(!one.Equals(two));
  }
}

}  // namespace
}  // namespace dynamic_reload::test
