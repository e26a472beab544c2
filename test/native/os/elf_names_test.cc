// Other names in a copy, in files that compilers made and in damaged ones.

#include "os/elf_names.h"

#include <dlfcn.h>

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

// Asks for libdependency.so, with $ORIGIN as its RUNPATH.
struct Dependent {
  Dependent() { WriteFile(copy, ReadFile(original)); }

  bool IsSame() const {
    const bool same = SameImage(Open(original), Open(copy));
    CHECK_EQ(SameImage(Open(copy), Open(original)), same);
    return same;
  }

  TemporaryDirectory directory;
  std::string original = FixtureDirectory() + "/libdependent.so";
  std::string copy = directory / "copy.so";
};

void CheckLoads(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) Fail(__FILE__, __LINE__, "dlopen", dlerror());
  dlclose(handle);
}

TEST(TokensAreReplacedWhereTheLoaderDoes) {
  CHECK_EQ(ExpandOrigin("$ORIGIN/../lib:${ORIGIN}x:$ORIGIN", "/a"), "/a/../lib:/ax:/a");
  CHECK_EQ(ExpandOrigin("$ORIGINAL:$LIB:/b", "/a"), "$ORIGINAL:$LIB:/b");
  CHECK_EQ(ExpandOrigin("$ORIGIN-libs:$ORIGIN.d:$ORIGIN_2", "/a"), "/a-libs:/a.d:$ORIGIN_2");
  CHECK_EQ(ExpandOrigin("", "/a"), "");
}

TEST(ACopyFindsWhatItsOriginalFinds) {
  Dependent library;
  CHECK(dlopen(library.copy.c_str(), RTLD_NOW) == nullptr);
  NameChanges names;
  names.origin = FixtureDirectory();
  CHECK_OK(PatchCopy(library.copy, {}, names));
  CheckLoads(library.copy);
}

TEST(ACopyAsksForAnotherFile) {
  Dependent library;
  WriteFile(library.directory / "other.so", ReadFile(FixtureDirectory() + "/libdependency.so"));
  NameChanges names;
  names.soname = library.copy;
  names.needed["libdependency.so"] = library.directory / "other.so";
  CHECK_OK(PatchCopy(library.copy, {}, names));
  CheckLoads(library.copy);
}

TEST(ACopyWithOtherNamesReadsAsItsOriginal) {
  Dependent library;
  NameChanges names;
  names.origin = "/somewhere";
  names.needed["libdependency.so"] = "/other.so";
  CHECK_OK(PatchCopy(library.copy, {}, names));
  CHECK(ReadFile(library.copy) != ReadFile(library.original));
  CHECK(library.IsSame());
  CHECK_EQ(CheckImage(Open(library.copy)).reason, "");
  const ImageTraits traits = ReadImageTraits(Open(library.copy)).value();
  CHECK_EQ(traits.runpath, "$ORIGIN");
  CHECK_EQ(traits.needed[0], "libdependency.so");
  library.original = FixtureDirectory() + "/libdependency.so";
  CHECK(!library.IsSame());
}

TEST(ALibraryWithoutSuchNamesIsLeftAsItIs) {
  Dependent library;
  WriteFile(library.copy, FirstLibrary());
  NameChanges names;
  names.origin = "/somewhere";
  names.needed["libnobody.so"] = "/other.so";
  CHECK_OK(PatchCopy(library.copy, {}, names));
  CHECK(ReadFile(library.copy) == FirstLibrary());
}

// The list of directories has no way to say it.
TEST(ADirectoryWithAColonIsNotPutIntoAList) {
  Dependent library;
  NameChanges names;
  names.origin = "/some:where";
  CHECK_OK(PatchCopy(library.copy, {}, names));
  CHECK(ReadFile(library.copy) == ReadFile(library.original));
}

TEST(ATrailerOfNonsenseIsNone) {
  Dependent library;
  const std::string magic("dynamic-reload\n\0", 16);
  for (const char count : {'\0', '\1', '\x7f'}) {
    WriteFile(library.copy, ReadFile(library.original) + magic + std::string(8, count));
    CHECK(library.IsSame());
    WriteFile(library.copy, magic + std::string(8, count));
    CHECK_EQ(ReadOriginalBytes(Open(library.copy)).size(), 0);
  }
}

TEST(ALibraryWhoseVersionsAreDamagedIsRefused) {
  Dependent library;
  ElfBytes elf(ReadFile(library.copy));
  const Elf64_Shdr dynamic = elf.Section(".dynamic");
  for (uint64_t at = dynamic.sh_offset; at < dynamic.sh_offset + dynamic.sh_size;
       at += sizeof(Elf64_Dyn)) {
    auto entry = elf.At<Elf64_Dyn>(at);
    // Any other will do, in a library that imports nothing with a version.
    if (entry.d_tag != DT_VERNEED && entry.d_tag != DT_GNU_HASH) continue;
    entry.d_tag = DT_VERNEED;
    entry.d_un.d_val = uint64_t{1} << 40;
    elf.SetAt(at, entry);
  }
  WriteFile(library.copy, elf.bytes());
  NameChanges names;
  names.needed["libdependency.so"] = "/other.so";
  const Status patched = PatchCopy(library.copy, {}, names);
  CHECK(!patched.ok());
  CHECK_EQ(patched.error().code, ErrorCode::kShadowCopy);
  CHECK(ReadFile(library.copy) == elf.bytes());
}

}  // namespace
}  // namespace dynamic_reload::test
