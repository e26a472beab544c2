#include "os/shadow_copy.h"

#include <cerrno>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <utility>

#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

File Open(const std::string& path) {
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
    CHECK_OK(CopyFile(Open(directory / "source"), size, directory / "copy"));
    CHECK(ReadFile(directory / "copy") == SomeContent(size));
  }
}

TEST(CopiesNoMoreThanWasAskedFor) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", SomeContent(10'000));
  CHECK_OK(CopyFile(Open(directory / "source"), 9'999, directory / "copy"));
  CHECK(ReadFile(directory / "copy") == SomeContent(10'000).substr(0, 9'999));
}

TEST(EndsWhereTheSourceEnds) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", "short");
  CHECK_OK(CopyFile(Open(directory / "source"), 1'000'000, directory / "copy"));
  CHECK_EQ(ReadFile(directory / "copy"), "short");
}

// A loader that has seen a path gives back what it loaded from there, and overwriting what is
// loaded crashes it.
TEST(NeverOverwrites) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", "new");
  WriteFile(directory / "copy", "old");
  const Status status = CopyFile(Open(directory / "source"), 3, directory / "copy");
  CHECK(!status.ok());
  CHECK_EQ(status.error().system_code, EEXIST);
  CHECK_EQ(ReadFile(directory / "copy"), "old");
}

TEST(AFailureNamesSourceAndDestination) {
  const TemporaryDirectory directory;
  WriteFile(directory / "source", "text");
  const std::string destination = directory / "missing/copy";
  const Status status = CopyFile(Open(directory / "source"), 4, destination);
  CHECK(!status.ok());
  CHECK_EQ(status.error().code, ErrorCode::kShadowCopy);
  CHECK(!status.error().syscall.empty());
  CHECK_EQ(status.error().path, directory / "source");
  CHECK_EQ(status.error().destination, destination);
  CHECK_EQ(status.error().system_code, ENOENT);
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
