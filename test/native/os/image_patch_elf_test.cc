#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "os/image.h"
#include "os/image_patch.h"
#include "os/image_traits.h"
#include "test/native/check.h"
#include "test/native/elf_bytes.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

File Open(const std::string& path) {
  auto file = File::Open(path, ErrorCode::kLibraryLoad);
  CHECK_OK(file);
  return std::move(file).value();
}

// A copy of a fixture, and the fixture.
struct Copied {
  explicit Copied(const std::string& fixture) : original(FixtureDirectory() + "/" + fixture) {
    WriteFile(copy, ReadFile(original));
  }

  void Patch(PatchOptions options = {}) { CHECK_OK(PatchCopy(copy, options)); }
  ImageTraits Traits() const { return ReadImageTraits(Open(copy)).value(); }
  bool IsSame() const {
    const bool same = SameImage(Open(original), Open(copy));
    CHECK_EQ(SameImage(Open(copy), Open(original)), same);
    return same;
  }

  TemporaryDirectory directory;
  std::string original;
  std::string copy = directory / "copy.so";
};

TEST(SymbolsThatAreOneForTheProcessBecomeWeak) {
  Copied library("libunique.so");
  CHECK(library.Traits().has_unique_symbols);
  library.Patch();
  CHECK(!library.Traits().has_unique_symbols);
  CHECK_EQ(ReadFile(library.copy).size(), ReadFile(library.original).size());
}

TEST(SymbolsThatAreOneForTheProcessMayBeKept) {
  Copied library("libunique.so");
  library.Patch({/*keep_unique=*/true});
  CHECK(ReadFile(library.copy) == ReadFile(library.original));
}

TEST(ALibraryThatAsksToStayAsksNoMore) {
  Copied library("libnodelete.so");
  library.Patch();
  CHECK(!library.Traits().is_nodelete);
}

TEST(ALibraryThatMayHaveAReasonToStayAsksStill) {
  for (const char* fixture : {"libgo.so", "libnodelete_threads.so"}) {
    Copied library(fixture);
    library.Patch();
    CHECK(ReadFile(library.copy) == ReadFile(library.original));
  }
}

TEST(AReadOnlyCopyIsPatchedAndStaysReadOnly) {
  Copied library("libunique.so");
  CHECK_EQ(chmod(library.copy.c_str(), 0500), 0);
  library.Patch();
  CHECK(!library.Traits().has_unique_symbols);
  struct stat status;
  CHECK_EQ(stat(library.copy.c_str(), &status), 0);
  CHECK_EQ(status.st_mode & 0777, 0500);
}

TEST(AnOrdinaryLibraryIsLeftAsItIs) {
  Copied library("libtest_shared.so");
  library.Patch();
  CHECK(ReadFile(library.copy) == ReadFile(library.original));
}

TEST(APatchedLibraryHasNothingToPatch) {
  for (const char* fixture : {"libunique.so", "libnodelete.so", "libstatics.so"}) {
    Copied library(fixture);
    library.Patch();
    CHECK_EQ(FindPatches(Open(library.copy), {}).size(), 0);
  }
}

// Or else a file that did not change would be reloaded.
TEST(APatchedCopyIsTheSameAsItsOriginal) {
  for (const char* fixture : {"libunique.so", "libnodelete.so", "libstatics.so", "libgo.so"}) {
    for (const bool keep_unique : {false, true}) {
      Copied library(fixture);
      library.Patch({keep_unique});
      CHECK(library.IsSame());
    }
  }
}

TEST(APatchedCopyIsNotTheSameAsAnotherVersion) {
  Copied library("libunique.so");
  library.Patch();
  library.original = FixtureDirectory() + "/libunique_v2.so";
  CHECK(!library.IsSame());
}

TEST(AnyOtherByteOfAPatchedTableMakesADifference) {
  Copied library("libunique.so");
  library.Patch();
  ElfBytes elf(ReadFile(library.copy));
  const Elf64_Shdr symbols = elf.Section(".dynsym");
  const size_t size_of_last = symbols.sh_offset + symbols.sh_size - 1;
  elf.SetAt(size_of_last, static_cast<char>(elf.At<char>(size_of_last) ^ 1));
  WriteFile(library.copy, elf.bytes());
  CHECK(!library.IsSame());
}

TEST(WhatIsNoLibraryIsLeftAsItIs) {
  const TemporaryDirectory directory;
  for (const std::string& content : {std::string(), std::string("text"), std::string(5000, 'x')}) {
    WriteFile(directory / "copy.so", content);
    CHECK_OK(PatchCopy(directory / "copy.so", {}));
    CHECK(ReadFile(directory / "copy.so") == content);
  }
}

TEST(ACopyThatIsGoneIsAnError) {
  const TemporaryDirectory directory;
  const Status patched = PatchCopy(directory / "copy.so", {});
  CHECK(!patched.ok());
  CHECK_EQ(patched.error().code, ErrorCode::kShadowCopy);
  CHECK_EQ(patched.error().system_code, ENOENT);
}

}  // namespace
}  // namespace dynamic_reload::test
