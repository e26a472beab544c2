#include "os/dynamic_library.h"

#include <dlfcn.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "os/unloading.h"
#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

const std::optional<int> kDefaultFlags;

DynamicLibrary Open(const std::string& path, std::optional<int> flags = kDefaultFlags) {
  auto library = DynamicLibrary::Open(path, flags);
  CHECK_OK(library);
  return std::move(library).value();
}

std::string Fixture(const std::string& name) { return FixtureDirectory() + '/' + name; }

int CallSharedFun(const DynamicLibrary& library) {
  void* function = library.Find("shared_fun");
  CHECK_NE(function, nullptr);
  return reinterpret_cast<int (*)()>(function)();
}

TEST(FindsAFunctionAndCallsIt) { CHECK_EQ(CallSharedFun(Open(Fixture("libtest_shared.so"))), 42); }

TEST(FindsAVariable) {
  const DynamicLibrary library = Open(Fixture("libcalls.so"));
  const auto* variable = static_cast<const double*>(library.Find("variable_f64"));
  CHECK_NE(variable, nullptr);
  CHECK_EQ(*variable, 0.1);
}

TEST(ASymbolThatIsMissingIsNull) {
  CHECK_EQ(Open(Fixture("libtest_shared.so")).Find("no_such_function"), nullptr);
}

TEST(FindsAThreadLocalVariable) {
  const DynamicLibrary library = Open(Fixture("libthread_local.so"));
  const auto* variable = static_cast<const int*>(library.Find("level"));
  CHECK_NE(variable, nullptr);
  CHECK_EQ(*variable, 7);
}

TEST(SaysWhetherItsThreadLocalStorageIsStatic) {
  CHECK(Open(Fixture("libstatic_tls.so")).HasStaticTls());
  CHECK(!Open(Fixture("libthread_local.so")).HasStaticTls());
  DynamicLibrary closed = Open(Fixture("libstatic_tls.so"));
  closed.Close();
  CHECK(!closed.HasStaticTls());
}

// A function that the user forgot must not become the one of libc that happens to have its name.
TEST(ASymbolThatOnlyADependencyExportsIsNull) {
  const DynamicLibrary library = Open(Fixture("libcalls.so"));
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
  const std::string path = Fixture("libtest_shared.so");
  CHECK_EQ(Open(path).LoadedPath(), path);
}

TEST(ABareNameIsSearchedForByTheSystem) {
  const DynamicLibrary library = Open("libm.so.6");
  CHECK_NE(library.Find("cos"), nullptr);
  const std::string path = library.LoadedPath();
  CHECK_EQ(path.substr(0, 1), "/");
  CHECK_EQ(std::filesystem::path(path).filename(), std::filesystem::path("libm.so.6"));
}

// Since glibc 2.34 this one is empty, and what it had is in libc.
TEST(ALibraryOfTheSystemMayHaveItsSymbolsElsewhere) {
  CHECK_NE(Open("libpthread.so.0").Find("pthread_create"), nullptr);
}

TEST(AMissingLibraryIsAnErrorInTheLoadersWords) {
  const auto library = DynamicLibrary::Open("/no/such/lib.so", kDefaultFlags);
  CHECK(!library.ok());
  CHECK_EQ(library.error().code, ErrorCode::kLibraryLoad);
  CHECK_EQ(library.error().syscall, "dlopen");
  CHECK_EQ(library.error().path, "/no/such/lib.so");
  CHECK(library.error().message.find("/no/such/lib.so") != std::string::npos);
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
  const DynamicLibrary library = Open(Fixture("libtest_shared.so"));
  CHECK_EQ(library.Find("no_such_function"), nullptr);
  CHECK_EQ(CallSharedFun(library), 42);
}

// A library that cannot work fails when it is opened, and not in the middle of a call.
TEST(AMissingDependencyIsFoundAtOnce) {
  const std::string path = Fixture("libunresolved.so");
  const auto library = DynamicLibrary::Open(path, kDefaultFlags);
  CHECK(!library.ok());
  CHECK(library.error().message.find("function_that_nobody_defines") != std::string::npos);
}

TEST(FlagsReplaceTheDefault) {
  const DynamicLibrary lazy = Open(Fixture("libunresolved.so"), RTLD_LAZY | RTLD_LOCAL);
  CHECK_NE(lazy.Find("answer"), nullptr);
}

TEST(SymbolsAreLocalUnlessFlagsSayOtherwise) {
  const DynamicLibrary local = Open(Fixture("libtest_shared.so"));
  CHECK_EQ(dlsym(RTLD_DEFAULT, "shared_fun"), nullptr);
  const DynamicLibrary global = Open(Fixture("libtest_shared_v2.so"), RTLD_NOW | RTLD_GLOBAL);
  CHECK_EQ(dlsym(RTLD_DEFAULT, "shared_fun"), global.Find("shared_fun"));
}

}  // namespace
}  // namespace dynamic_reload::test
