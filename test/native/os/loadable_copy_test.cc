#include "os/loadable_copy.h"

#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "os/elf_dynamic.h"
#include "os/exports.h"
#include "os/image.h"
#include "os/image_patch.h"
#include "os/image_traits.h"
#include "test/native/check.h"
#include "test/native/elf_bytes.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

File OpenFile(const std::string& path) {
  auto file = File::Open(path, ErrorCode::kShadowCopy);
  CHECK_OK(file);
  return std::move(file).value();
}

// A file and what was copied of it.
struct Copied {
  explicit Copied(const std::string& content) {
    WriteFile(directory / "original.so", content);
    const auto copied = CopyLoadable(original(), content.size(), copy_path);
    CHECK_OK(copied);
    bytes = copied.value();
  }

  File original() const { return OpenFile(directory / "original.so"); }
  File copy() const { return OpenFile(copy_path); }

  TemporaryDirectory directory;
  const std::string copy_path = directory / "copy.so";
  uint64_t bytes = 0;
};

std::vector<std::string> AllFixtures() {
  std::vector<std::string> paths;
  for (const std::string& name : NamesIn(FixtureDirectory())) {
    const std::string path = FixtureDirectory() + "/" + name;
    if (name.rfind("lib", 0) == 0) paths.push_back(path);
  }
  CHECK(paths.size() > 10);
  return paths;
}

std::vector<std::string> NamesOfExports(const File& file) {
  std::vector<std::string> names;
  const auto exports = ReadExports(file).value_or(std::vector<Export>());
  for (const Export& each : exports) names.push_back(each.name);
  return names;
}

auto TraitsOf(const File& file) {
  const ImageTraits traits = ReadImageTraits(file).value();
  return std::make_tuple(traits.has_unique_symbols, traits.is_nodelete, traits.has_static_tls,
                         traits.has_tls_destructors, traits.starts_threads, traits.is_go,
                         traits.build_id, traits.soname, traits.needed, traits.loadable_size);
}

TEST(ACopyReadsAsItsOriginal) {
  for (const std::string& path : AllFixtures()) {
    const Copied test(ReadFile(path));
    CHECK_EQ(CheckImage(test.copy()).state, ImageState::kWhole);
    CHECK(SameImage(test.original(), test.copy()));
    CHECK(SameImage(test.copy(), test.original()));
    CHECK(TraitsOf(test.copy()) == TraitsOf(test.original()));
    CHECK(NamesOfExports(test.copy()) == NamesOfExports(test.original()));
  }
}

TEST(APatchedCopyIsStillTheSameImage) {
  const NameChanges names{"/somewhere", "/a/name/of/its/own.so", {{"libc.so.6", "/c.so"}}};
  for (const std::string& path : AllFixtures()) {
    const Copied test(ReadFile(path));
    CHECK_OK(PatchCopy(test.copy_path, {}, names));
    CHECK(SameImage(test.original(), test.copy()));
  }
}

TEST(ACopyHasNeitherSectionHeadersNorWhatIsBehindTheLastSegment) {
  const std::string content = FirstLibrary() + std::string(1'000'000, 'x');
  const Copied test(content);
  const std::string copy = ReadFile(test.copy_path);
  const ElfBytes elf(copy);
  CHECK_EQ(elf.header().e_shoff, 0);
  CHECK_EQ(elf.header().e_shnum, 0);
  CHECK_EQ(elf.header().e_shstrndx, 0);
  uint64_t end = 0;
  const ElfDynamic original = ReadElfDynamic(test.original()).value();
  for (const Elf64_Phdr& segment : original.segments) {
    if (segment.p_type != PT_LOAD) continue;
    end = std::max<uint64_t>(end, segment.p_offset + segment.p_filesz);
    // The header is in the first one.
    const uint64_t begin = std::max<uint64_t>(segment.p_offset, sizeof(Elf64_Ehdr));
    const uint64_t size = segment.p_offset + segment.p_filesz - begin;
    CHECK(copy.substr(begin, size) == content.substr(begin, size));
  }
  CHECK_EQ(copy.size(), end);
  CHECK(test.bytes <= end);
}

TEST(BetweenSegmentsThereIsAHole) {
  constexpr size_t kGap = 4'000'000;
  ElfBytes elf(FirstLibrary() + std::string(kGap, 'x'));
  Elf64_Phdr last = elf.Segment(PT_NOTE);  // Any that is not loaded.
  last.p_type = PT_LOAD;
  last.p_offset = elf.bytes().size() - 100;
  last.p_filesz = 100;
  elf.SetSegment(PT_NOTE, last);
  const Copied test(elf.bytes());
  struct stat status;
  CHECK_EQ(stat(test.copy_path.c_str(), &status), 0);
  CHECK_EQ(status.st_size, elf.bytes().size());
  CHECK(status.st_blocks * 512 < static_cast<blkcnt_t>(kGap / 2));
  CHECK(test.bytes <= FirstLibrary().size() + 100);
  const std::string copy = ReadFile(test.copy_path);
  CHECK_EQ(copy.substr(copy.size() - 100), std::string(100, 'x'));
  CHECK_EQ(copy[copy.size() - 101], '\0');
}

TEST(SegmentsThatReachBehindTheFileDoNoHarm) {
  ElfBytes elf(FirstLibrary());
  Elf64_Phdr segment = elf.Segment(PT_LOAD);
  segment.p_offset = 100;
  segment.p_filesz = UINT64_MAX - 50;
  elf.SetSegment(PT_LOAD, segment);
  const Copied test(elf.bytes());
  CHECK_EQ(test.bytes, elf.bytes().size());
}

TEST(WhatIsNoLibraryIsCopiedInFull) {
  ElfBytes elf(FirstLibrary());
  Elf64_Ehdr header = elf.header();
  header.e_ident[EI_CLASS] = ELFCLASS32;
  elf.SetHeader(header);
  for (const std::string& content : {std::string("text"), std::string(), elf.bytes()}) {
    const Copied test(content);
    CHECK(ReadFile(test.copy_path) == content);
    CHECK_EQ(test.bytes, content.size());
  }
}

TEST(NobodyMayWriteToTheCopy) {
  const Copied test(FirstLibrary());
  struct stat status;
  CHECK_EQ(stat(test.copy_path.c_str(), &status), 0);
  CHECK_EQ(status.st_mode & 0777, 0500);
}

TEST(NeverOverwrites) {
  const Copied test(FirstLibrary());
  const auto again = CopyLoadable(test.original(), 1, test.copy_path);
  CHECK_EQ(again.error().system_code, EEXIST);
  CHECK(SameImage(test.original(), test.copy()));
}

}  // namespace
}  // namespace dynamic_reload::test
