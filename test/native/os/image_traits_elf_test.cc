#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "os/image_traits.h"
#include "test/native/check.h"
#include "test/native/elf_bytes.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

std::optional<ImageTraits> TraitsAt(const std::string& path) {
  const auto file = File::Open(path, ErrorCode::kLibraryLoad);
  CHECK_OK(file);
  return ReadImageTraits(file.value());
}

std::optional<ImageTraits> TraitsOfBytes(const std::string& bytes) {
  const TemporaryDirectory directory;
  WriteFile(directory / "library.so", bytes);
  return TraitsAt(directory / "library.so");
}

ImageTraits TraitsOf(const std::string& fixture) {
  const auto traits = TraitsAt(FixtureDirectory() + "/" + fixture);
  CHECK(traits.has_value());
  return *traits;
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

TEST(AnOrdinaryLibraryHasNothingThatKeepsIt) {
  const ImageTraits traits = TraitsOf("libtest_shared.so");
  CHECK(!traits.has_unique_symbols);
  CHECK(!traits.is_nodelete);
  CHECK(!traits.has_static_tls);
  CHECK(!traits.has_tls_destructors);
  CHECK(!traits.starts_threads);
  CHECK(!traits.is_go);
  CHECK_EQ(traits.runpath, "");
  CHECK_EQ(traits.soname, "");
}

TEST(SeesSymbolsThatAreOneForTheProcess) { CHECK(TraitsOf("libunique.so").has_unique_symbols); }

TEST(SeesThatALibraryAsksToStay) {
  CHECK(TraitsOf("libnodelete.so").is_nodelete);
  CHECK(!TraitsOf("libnodelete.so").is_go);
}

TEST(SeesStaticThreadLocalStorage) {
  CHECK(TraitsOf("libstatic_tls.so").has_static_tls);
  CHECK(!TraitsOf("libthread_local.so").has_static_tls);
}

TEST(SeesDestructorsOfThreadLocalVariables) {
  CHECK(TraitsOf("libtls_destructor.so").has_tls_destructors);
  CHECK(!TraitsOf("libthread_local.so").has_tls_destructors);
}

TEST(SeesThatALibraryStartsThreads) { CHECK(TraitsOf("libown_threads.so").starts_threads); }

TEST(SeesThatALibraryWasBuiltByGo) { CHECK(TraitsOf("libgo.so").is_go); }

TEST(ReadsNamesOfLibraries) {
  const ImageTraits dependency = TraitsOf("libdependency.so");
  CHECK_EQ(dependency.soname, "libdependency.so");
  const ImageTraits dependent = TraitsOf("libdependent.so");
  CHECK(Contains(dependent.needed, "libdependency.so"));
  CHECK_EQ(dependent.runpath.substr(0, 7), "$ORIGIN");
}

TEST(ReadsTheBuildId) { CHECK_EQ(TraitsOf("libdependency.so").build_id, "0123456789abcdef"); }

TEST(ReadsSizes) {
  const std::string path = FixtureDirectory() + "/libtest_shared.so";
  const ImageTraits traits = TraitsOf("libtest_shared.so");
  CHECK_EQ(traits.file_size, std::filesystem::file_size(path));
  const ElfBytes elf(FirstLibrary());
  CHECK(traits.loadable_size >= elf.Segment(PT_LOAD).p_memsz);
}

// A tool may strip them off: the loader needs none.
TEST(NeedsNoSectionHeaders) {
  ElfBytes elf(ReadFile(FixtureDirectory() + "/libunique.so"));
  auto header = elf.header();
  header.e_shoff = 0;
  header.e_shnum = 0;
  elf.SetHeader(header);
  CHECK(TraitsOfBytes(elf.bytes())->has_unique_symbols);
}

TEST(WhatIsNoLibraryHasNone) {
  CHECK(!TraitsOfBytes("").has_value());
  CHECK(!TraitsOfBytes("text").has_value());
  CHECK(!TraitsOfBytes(std::string(100'000, '\0')).has_value());
  CHECK(!TraitsOfBytes(FirstLibrary().substr(0, 100)).has_value());
}

// Every byte of the tables may be anything: nothing is read where it must not be, and everything
// ends. The sanitizers watch.
TEST(DamagedTablesDoNoHarm) {
  const TemporaryDirectory directory;
  const std::string path = directory / "library.so";
  const ElfBytes original(ReadFile(FixtureDirectory() + "/libunique.so"));
  const auto damage_from = [&](size_t start, size_t size) {
    for (size_t offset = start; offset < start + size; offset += 3) {
      std::string bytes = original.bytes();
      bytes[offset] = '\xff';
      WriteFile(path, bytes);
      const auto traits = TraitsAt(path);
      CHECK(!traits || traits->needed.size() <= 100);
    }
  };
  const auto header = original.header();
  damage_from(0, sizeof header);
  damage_from(header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr));
  for (const char* name : {".dynsym", ".dynamic", ".gnu.hash", ".note.gnu.build-id"}) {
    const Elf64_Shdr section = original.Section(name);
    damage_from(section.sh_offset, section.sh_size);
  }
}

}  // namespace
}  // namespace dynamic_reload::test
