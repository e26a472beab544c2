#include <elf.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "os/image.h"
#include "test/native/check.h"
#include "test/native/elf_bytes.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

ImageCheck CheckPath(const std::string& path) {
  const auto file = File::Open(path, ErrorCode::kLibraryLoad);
  CHECK_OK(file);
  return CheckImage(file.value());
}

ImageCheck CheckBytes(const std::string& bytes) {
  const TemporaryDirectory directory;
  WriteFile(directory / "library.so", bytes);
  return CheckPath(directory / "library.so");
}

bool IsIncomplete(const std::string& bytes) {
  const ImageCheck check = CheckBytes(bytes);
  return check.state == ImageState::kIncomplete && !check.reason.empty();
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(ALibraryIsWhole) {
  const ImageCheck check = CheckPath(FixtureDirectory() + "/libtest_shared.so");
  CHECK_EQ(check.state, ImageState::kWhole);
  CHECK_EQ(check.reason, "");
}

// The loader maps a truncated library without complaint and dies at its first missing page.
TEST(NoPrefixOfALibraryIsWhole) {
  const TemporaryDirectory directory;
  const std::string path = directory / "library.so";
  const std::string whole = FirstLibrary();
  // An odd step, so that the ends fall on every position within a table's entry.
  for (size_t size = 0; size < whole.size(); size += size < 1024 ? 1 : 61) {
    WriteFile(path, whole.substr(0, size));
    CHECK_EQ(CheckPath(path).state, ImageState::kIncomplete);
  }
  WriteFile(path, whole.substr(0, whole.size() - 1));
  CHECK_EQ(CheckPath(path).state, ImageState::kIncomplete);
}

TEST(MoreBytesAfterTheEndDoNoHarm) {
  CHECK_EQ(CheckBytes(FirstLibrary() + "signature").state, ImageState::kWhole);
}

TEST(AnEmptyFileIsIncomplete) {
  CHECK_EQ(CheckBytes("").reason, "the file is empty");
  CHECK(IsIncomplete(""));
}

TEST(ATextFileIsIncompleteHoweverLong) {
  CHECK_EQ(CheckBytes("hello").reason, "not an ELF file");
  CHECK_EQ(CheckBytes(std::string(100'000, 'a')).reason, "not an ELF file");
  CHECK(IsIncomplete("hello"));
}

// What a linker that reserves the space first leaves behind until it writes.
TEST(ReservedSpaceIsIncomplete) {
  const ImageCheck check = CheckBytes(std::string(FirstLibrary().size(), '\0'));
  CHECK_EQ(check.state, ImageState::kIncomplete);
  CHECK(Contains(check.reason, "not written yet"));
}

TEST(ReservedSpaceWithAnIdentificationIsIncomplete) {
  std::string bytes(FirstLibrary().size(), '\0');
  bytes.replace(0, EI_NIDENT, FirstLibrary(), 0, EI_NIDENT);
  CHECK(IsIncomplete(bytes));
}

TEST(AHeaderAloneIsIncomplete) {
  std::string bytes(FirstLibrary().size(), '\0');
  bytes.replace(0, sizeof(Elf64_Ehdr), FirstLibrary(), 0, sizeof(Elf64_Ehdr));
  CHECK(IsIncomplete(bytes));
}

TEST(SaysHowMuchOfATruncatedLibraryIsMissing) {
  const std::string whole = FirstLibrary();
  const ImageCheck check = CheckBytes(whole.substr(0, 1000));
  CHECK(Contains(check.reason, "truncated"));
  CHECK(Contains(check.reason, "1000 bytes"));
}

// As gold leaves it for a moment: everything but the table at the end.
TEST(MissingSectionHeadersAreIncomplete) {
  ElfBytes elf(FirstLibrary());
  std::string bytes = elf.bytes();
  const auto header = elf.header();
  bytes.replace(header.e_shoff, header.e_shnum * sizeof(Elf64_Shdr),
                header.e_shnum * sizeof(Elf64_Shdr), '\0');
  CHECK_EQ(CheckBytes(bytes).reason, "its section headers are not written yet");
  CHECK(IsIncomplete(bytes));
}

TEST(ALibraryWithoutSectionHeadersByIntentIsWhole) {
  ElfBytes elf(FirstLibrary());
  auto header = elf.header();
  const size_t end = header.e_shoff;
  header.e_shoff = 0;
  header.e_shnum = 0;
  header.e_shstrndx = 0;
  elf.SetHeader(header);
  CHECK_EQ(CheckBytes(elf.bytes().substr(0, end)).state, ImageState::kWhole);
}

TEST(AnEmptyDynamicSectionIsIncomplete) {
  ElfBytes elf(FirstLibrary());
  const Elf64_Phdr dynamic = elf.Segment(PT_DYNAMIC);
  std::string bytes = elf.bytes();
  bytes.replace(dynamic.p_offset, dynamic.p_filesz, dynamic.p_filesz, '\0');
  CHECK_EQ(CheckBytes(bytes).reason, "its dynamic section is not written yet");
  CHECK(IsIncomplete(bytes));
}

TEST(EmptyProgramHeadersAreIncomplete) {
  ElfBytes elf(FirstLibrary());
  const auto header = elf.header();
  std::string bytes = elf.bytes();
  bytes.replace(header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr),
                header.e_phnum * sizeof(Elf64_Phdr), '\0');
  CHECK(IsIncomplete(bytes));
}

TEST(CountsAndOffsetsThatReachFarPastTheEndAreIncomplete) {
  const auto damaged = [](auto change) {
    ElfBytes elf(FirstLibrary());
    auto header = elf.header();
    change(header);
    elf.SetHeader(header);
    return elf.bytes();
  };
  CHECK(IsIncomplete(damaged([](auto& header) { header.e_phnum = 0xffff; })));
  CHECK(IsIncomplete(damaged([](auto& header) { header.e_phnum = 0; })));
  CHECK(IsIncomplete(damaged([](auto& header) { header.e_phentsize = 1; })));
  CHECK(IsIncomplete(damaged([](auto& header) { header.e_phoff = UINT64_MAX - 8; })));
  CHECK(IsIncomplete(damaged([](auto& header) { header.e_phoff = uint64_t{1} << 63; })));
  CHECK(IsIncomplete(damaged([](auto& header) { header.e_shnum = 0xffff; })));
  CHECK(IsIncomplete(damaged([](auto& header) { header.e_shentsize = 7; })));
  CHECK(IsIncomplete(damaged([](auto& header) { header.e_shoff = UINT64_MAX - 8; })));
}

TEST(SegmentsThatReachPastTheEndAreIncomplete) {
  const auto damaged = [](auto change) {
    ElfBytes elf(FirstLibrary());
    Elf64_Phdr segment = elf.Segment(PT_LOAD);
    change(segment);
    elf.SetSegment(PT_LOAD, segment);
    return elf.bytes();
  };
  CHECK(IsIncomplete(damaged([](auto& segment) { segment.p_filesz = uint64_t{1} << 40; })));
  CHECK(IsIncomplete(damaged([](auto& segment) { segment.p_filesz = UINT64_MAX; })));
  CHECK(IsIncomplete(damaged([](auto& segment) { segment.p_offset = UINT64_MAX; })));
}

TEST(SectionsThatReachPastTheEndAreIncomplete) {
  const auto damaged = [](auto change) {
    ElfBytes elf(FirstLibrary());
    const size_t last = elf.header().e_shoff + (elf.header().e_shnum - 1U) * sizeof(Elf64_Shdr);
    auto section = elf.At<Elf64_Shdr>(last);
    change(section);
    elf.SetAt(last, section);
    return elf.bytes();
  };
  CHECK(IsIncomplete(damaged([](auto& section) { section.sh_size = uint64_t{1} << 40; })));
  CHECK(IsIncomplete(damaged([](auto& section) { section.sh_offset = UINT64_MAX; })));
}

TEST(ADynamicSectionThatReachesPastTheEndIsIncomplete) {
  ElfBytes elf(FirstLibrary());
  Elf64_Phdr dynamic = elf.Segment(PT_DYNAMIC);
  dynamic.p_filesz = UINT64_MAX - dynamic.p_offset;
  elf.SetSegment(PT_DYNAMIC, dynamic);
  CHECK(IsIncomplete(elf.bytes()));
}

TEST(ALibraryForAnotherMachineIsForeign) {
  ElfBytes elf(FirstLibrary());
  auto header = elf.header();
  header.e_machine = EM_RISCV;
  elf.SetHeader(header);
  const ImageCheck check = CheckBytes(elf.bytes());
  CHECK_EQ(check.state, ImageState::kForeign);
  CHECK_EQ(check.reason, "for another machine");
}

TEST(A32BitLibraryIsForeign) {
  Elf32_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS32;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_DYN;
  header.e_machine = EM_386;
  std::string bytes(4096, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  CHECK_EQ(CheckBytes(bytes).state, ImageState::kForeign);
}

TEST(ABigEndianLibraryIsForeign) {
  ElfBytes elf(FirstLibrary());
  auto header = elf.header();
  header.e_ident[EI_DATA] = ELFDATA2MSB;
  elf.SetHeader(header);
  CHECK_EQ(CheckBytes(elf.bytes()).state, ImageState::kForeign);
}

TEST(AnExecutableAndAnObjectFileAreForeign) {
  for (const int type : {ET_EXEC, ET_REL, ET_CORE}) {
    ElfBytes elf(FirstLibrary());
    auto header = elf.header();
    header.e_type = static_cast<Elf64_Half>(type);
    elf.SetHeader(header);
    const ImageCheck check = CheckBytes(elf.bytes());
    CHECK_EQ(check.state, ImageState::kForeign);
    CHECK_EQ(check.reason, "not a shared library");
  }
}

}  // namespace
}  // namespace dynamic_reload::test
