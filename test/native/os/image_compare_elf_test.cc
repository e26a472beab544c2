#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "os/image.h"
#include "test/native/check.h"
#include "test/native/elf_bytes.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

bool SamePaths(const std::string& one, const std::string& other) {
  const auto one_file = File::Open(one, ErrorCode::kLibraryLoad);
  const auto other_file = File::Open(other, ErrorCode::kLibraryLoad);
  CHECK_OK(one_file);
  CHECK_OK(other_file);
  const bool same = SameImage(one_file.value(), other_file.value());
  CHECK_EQ(SameImage(other_file.value(), one_file.value()), same);
  return same;
}

bool SameBytes(const std::string& one, const std::string& other) {
  const TemporaryDirectory directory;
  WriteFile(directory / "one.so", one);
  WriteFile(directory / "other.so", other);
  return SamePaths(directory / "one.so", directory / "other.so");
}

std::string WithByteChanged(std::string bytes, size_t offset) {
  bytes[offset] = static_cast<char>(bytes[offset] ^ 1);
  return bytes;
}

TEST(ACopyIsTheSame) { CHECK(SameBytes(FirstLibrary(), FirstLibrary())); }

TEST(AnotherVersionIsNotTheSame) { CHECK(!SameBytes(FirstLibrary(), SecondLibrary())); }

TEST(TimesAndPermissionsDoNotMatter) {
  const TemporaryDirectory directory;
  WriteFile(directory / "one.so", FirstLibrary());
  WriteFile(directory / "other.so", FirstLibrary());
  std::filesystem::last_write_time(
      directory / "other.so",
      std::filesystem::file_time_type::clock::now() - std::chrono::hours(24));
  CHECK_EQ(chmod((directory / "other.so").c_str(), 0755), 0);
  CHECK(SamePaths(directory / "one.so", directory / "other.so"));
}

// Many build files strip what they just linked. The running version need not be replaced for that.
TEST(AStrippedLibraryIsTheSame) {
  const TemporaryDirectory directory;
  WriteFile(directory / "full.so", FirstLibrary());
  WriteFile(directory / "stripped.so", FirstLibrary());
  const std::string command = std::string(STRIP_PROGRAM) + " " + (directory / "stripped.so");
  CHECK_EQ(std::system(command.c_str()), 0);
  CHECK(ReadFile(directory / "stripped.so").size() < FirstLibrary().size());
  CHECK(SamePaths(directory / "full.so", directory / "stripped.so"));
}

TEST(WhatIsNeverLoadedMayDiffer) {
  const Elf64_Shdr comment = ElfBytes(FirstLibrary()).Section(".comment");
  CHECK(SameBytes(FirstLibrary(), WithByteChanged(FirstLibrary(), comment.sh_offset)));
  CHECK(SameBytes(FirstLibrary(), FirstLibrary() + "appended"));
}

TEST(OneByteOfCodeOrDataMakesADifference) {
  const ElfBytes elf(FirstLibrary());
  for (const char* name : {".text", ".data", ".eh_frame", ".dynstr", ".dynamic"}) {
    const Elf64_Shdr section = elf.Section(name);
    const size_t last = section.sh_offset + section.sh_size - 1;
    CHECK(!SameBytes(FirstLibrary(), WithByteChanged(FirstLibrary(), section.sh_offset)));
    CHECK(!SameBytes(FirstLibrary(), WithByteChanged(FirstLibrary(), last)));
  }
}

TEST(AnyByteOfAnySegmentMakesADifference) {
  const TemporaryDirectory directory;
  const ElfBytes elf(FirstLibrary());
  WriteFile(directory / "one.so", FirstLibrary());
  const Elf64_Phdr segment = elf.Segment(PT_LOAD);
  CHECK_EQ(segment.p_offset, 0);
  for (size_t offset = sizeof(Elf64_Ehdr); offset < segment.p_filesz; ++offset) {
    WriteFile(directory / "other.so", WithByteChanged(FirstLibrary(), offset));
    CHECK(!SamePaths(directory / "one.so", directory / "other.so"));
  }
}

TEST(AHeaderThatLoadsDifferentlyMakesADifference) {
  ElfBytes elf(FirstLibrary());
  auto header = elf.header();
  header.e_entry ^= 8;
  elf.SetHeader(header);
  CHECK(!SameBytes(FirstLibrary(), elf.bytes()));
}

TEST(ProgramHeadersThatLoadDifferentlyMakeADifference) {
  ElfBytes elf(FirstLibrary());
  Elf64_Phdr segment = elf.Segment(PT_LOAD);
  segment.p_memsz += 4096;
  elf.SetSegment(PT_LOAD, segment);
  CHECK(!SameBytes(FirstLibrary(), elf.bytes()));
}

// Bytes late in a large library are compared in pieces.
TEST(FindsADifferenceInEveryPieceOfALargeSegment) {
  ElfBytes elf(FirstLibrary());
  Elf64_Phdr segment = elf.Segment(PT_LOAD);
  segment.p_filesz = segment.p_memsz = elf.bytes().size() + 300'000;
  elf.SetSegment(PT_LOAD, segment);
  const std::string large = elf.bytes() + std::string(300'000, 'x');
  CHECK(SameBytes(large, large));
  for (const int from_end : {1, 50'000, 100'000, 200'000, 299'999}) {
    CHECK(!SameBytes(large, WithByteChanged(large, large.size() - static_cast<size_t>(from_end))));
  }
}

TEST(AFileThatBecameShorterIsNotTheSame) {
  CHECK(!SameBytes(FirstLibrary(), FirstLibrary().substr(0, 4096)));
  CHECK(!SameBytes(FirstLibrary(), FirstLibrary().substr(0, 100)));
  CHECK(!SameBytes(FirstLibrary(), ""));
}

}  // namespace
}  // namespace dynamic_reload::test
