#include "os/open_writer.h"

#include <filesystem>
#include <string>
#include <utility>

#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/other_process.h"
#include "test/native/system.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

File Open(const std::string& path) {
  auto file = File::Open(path, ErrorCode::kShadowCopy);
  CHECK_OK(file);
  return std::move(file).value();
}

OpenWriter WriterOf(const std::string& path) { return FindOpenWriter(Open(path)); }

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
  const OpenFile reader(file.path, OpenFile::Mode::kRead);
  CHECK_EQ(WriterOf(file.path), OpenWriter::kNone);
}

TEST(FindsAWriterInThisProcessUntilItCloses) {
  const TestFile file;
  {
    const OpenFile writer(file.path, OpenFile::Mode::kWrite);
    CHECK_EQ(WriterOf(file.path), OpenWriter::kPresent);
  }
  CHECK_EQ(WriterOf(file.path), OpenWriter::kNone);
}

OTHER_PROCESS(Writer) {
  const OpenFile writer(argument, OpenFile::Mode::kWrite);
  Report("open");
  WaitForever();
}

TEST(FindsAWriterInAnotherProcessUntilItDies) {
  const TestFile file;
  OtherProcess other("Writer", file.path);
  CHECK_EQ(other.ReadLine(), "open");
  CHECK_EQ(WriterOf(file.path), OpenWriter::kPresent);
  other.Kill();
  CHECK_EQ(WriterOf(file.path), OpenWriter::kNone);
}

// gold and mold close the file early and go on writing through memory.
TEST(FindsAWriterThatMappedTheFileAndClosedIt) {
  const TestFile file;
  {
    const MappedFile writer(file.path);
    CHECK_EQ(WriterOf(file.path), OpenWriter::kPresent);
  }
  CHECK_EQ(WriterOf(file.path), OpenWriter::kNone);
}

TEST(FindsAWriterThatUsesAnotherNameOfTheFile) {
  const TestFile file;
  const std::string second = file.directory / "second";
  std::filesystem::create_hard_link(file.path, second);
  const OpenFile writer(second, OpenFile::Mode::kWrite);
  CHECK_EQ(WriterOf(file.path), OpenWriter::kPresent);
}

TEST(LooksAtTheFileThatIsOpenAndNotAtItsPath) {
  if (IsLeftOutUnderWine("ReOpenFile() opens what has the name that the file had")) return;
  const TestFile file;
  const File old_file = Open(file.path);
  std::filesystem::rename(file.path, file.directory / "renamed");
  WriteFile(file.path, "new");
  const OpenFile writer(file.path, OpenFile::Mode::kWrite);
  CHECK_EQ(FindOpenWriter(old_file), OpenWriter::kNone);
}

TEST(TwoWhoLookAtOnceDoNotDisturbEachOther) {
  const TestFile file;
  const File one = Open(file.path);
  const File other = Open(file.path);
  for (int look = 0; look < 100; ++look) {
    CHECK_EQ(FindOpenWriter(one), OpenWriter::kNone);
    CHECK_EQ(FindOpenWriter(other), OpenWriter::kNone);
  }
}

}  // namespace
}  // namespace dynamic_reload::test
