#include "os/dynamic_library.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "os/unloading.h"
#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/system.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

const std::optional<int> kDefaultFlags;

DynamicLibrary Open(const std::string& path) {
  auto library = DynamicLibrary::Open(path, kDefaultFlags);
  CHECK_OK(library);
  return std::move(library).value();
}

int CallSharedFun(const DynamicLibrary& library) {
  void* function = library.Find("shared_fun");
  CHECK_NE(function, nullptr);
  return reinterpret_cast<int (*)()>(function)();
}

TEST(FindsAFunctionAndCallsIt) { CHECK_EQ(CallSharedFun(Open(FixturePath("libtest_shared"))), 42); }

TEST(FindsAVariable) {
  const DynamicLibrary library = Open(FixturePath("libcalls"));
  const auto* variable = static_cast<const double*>(library.Find("variable_f64"));
  CHECK_NE(variable, nullptr);
  CHECK_EQ(*variable, 0.1);
}

TEST(ASymbolThatIsMissingIsNull) {
  CHECK_EQ(Open(FixturePath("libtest_shared")).Find("no_such_function"), nullptr);
}

// A function that the user forgot must not become the one of libc that happens to have its name.
TEST(ASymbolThatOnlyADependencyExportsIsNull) {
  const DynamicLibrary library = Open(FixturePath("libcalls"));
  CHECK_NE(library.Find("string_length"), nullptr);
  CHECK_EQ(library.Find("strlen"), nullptr);
  CHECK_EQ(library.Find("remove"), nullptr);
}

TEST(TwoCopiesOfALibraryAreTwoVersions) {
  const TemporaryDirectory directory;
  WriteFile(directory / "1-lib.so", FirstLibrary());
  WriteFile(directory / "2-lib.so", SecondLibrary());
  const DynamicLibrary first = Open(directory / "1-lib.so");
  const DynamicLibrary second = Open(directory / "2-lib.so");
  CHECK_EQ(CallSharedFun(first), 42);
  CHECK_EQ(CallSharedFun(second), 43);
}

TEST(TheDestructorUnloads) {
  const TemporaryDirectory directory;
  const std::string path = directory / "lib.so";
  WriteFile(path, FirstLibrary());
  {
    const DynamicLibrary library = Open(path);
    CHECK(IsLoaded(path));
  }
  CHECK(!IsLoaded(path));
}

TEST(AMoveHandsTheLibraryOver) {
  const TemporaryDirectory directory;
  const std::string path = directory / "lib.so";
  WriteFile(path, FirstLibrary());
  {
    DynamicLibrary first = Open(path);
    const DynamicLibrary second = std::move(first);
    CHECK_EQ(CallSharedFun(second), 42);
  }
  CHECK(!IsLoaded(path));
}

TEST(AnAssignmentUnloadsWhatWasThere) {
  const TemporaryDirectory directory;
  WriteFile(directory / "1-lib.so", FirstLibrary());
  WriteFile(directory / "2-lib.so", SecondLibrary());
  {
    DynamicLibrary library = Open(directory / "1-lib.so");
    library = Open(directory / "2-lib.so");
    CHECK_EQ(CallSharedFun(library), 43);
    CHECK(!IsLoaded(directory / "1-lib.so"));
  }
  CHECK(!IsLoaded(directory / "2-lib.so"));
}

TEST(KnowsWhereALibraryWasLoadedFrom) {
  const std::string path = FixturePath("libtest_shared");
  CHECK(std::filesystem::equivalent(Open(path).LoadedPath(), path));
}

TEST(AMissingLibraryIsAnError) {
  const auto library = DynamicLibrary::Open("/no/such/lib.so", kDefaultFlags);
  CHECK(!library.ok());
  CHECK_EQ(library.error().code, ErrorCode::kLibraryLoad);
  CHECK_EQ(library.error().path, "/no/such/lib.so");
  CHECK(!library.error().message.empty());
}

TEST(GarbageIsAnError) {
  const TemporaryDirectory directory;
  WriteFile(directory / "lib.so", std::string(10'000, 'x'));
  const auto library = DynamicLibrary::Open(directory / "lib.so", kDefaultFlags);
  CHECK(!library.ok());
  CHECK(!library.error().message.empty());
}

TEST(AnErrorDoesNotDisturbTheNextLibrary) {
  CHECK(!DynamicLibrary::Open("/no/such/lib.so", kDefaultFlags).ok());
  const DynamicLibrary library = Open(FixturePath("libtest_shared"));
  CHECK_EQ(library.Find("no_such_function"), nullptr);
  CHECK_EQ(CallSharedFun(library), 42);
}

}  // namespace
}  // namespace dynamic_reload::test
