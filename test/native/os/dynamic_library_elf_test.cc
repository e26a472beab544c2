#include <dlfcn.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "os/dynamic_library.h"
#include "test/native/check.h"
#include "test/native/files.h"

namespace dynamic_reload::test {
namespace {

const std::optional<int> kDefaultFlags;

DynamicLibrary Open(const std::string& path, std::optional<int> flags = kDefaultFlags) {
  auto library = DynamicLibrary::Open(path, flags);
  CHECK_OK(library);
  return std::move(library).value();
}

TEST(FindsAThreadLocalVariable) {
  const DynamicLibrary library = Open(FixturePath("libthread_local"));
  const auto* variable = static_cast<const int*>(library.Find("level"));
  CHECK_NE(variable, nullptr);
  CHECK_EQ(*variable, 7);
}

TEST(SaysWhetherItsThreadLocalStorageIsStatic) {
  CHECK(Open(FixturePath("libstatic_tls")).HasStaticTls());
  CHECK(!Open(FixturePath("libthread_local")).HasStaticTls());
  DynamicLibrary closed = Open(FixturePath("libstatic_tls"));
  closed.Close();
  CHECK(!closed.HasStaticTls());
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
  CHECK_EQ(library.error().syscall, "dlopen");
  CHECK(library.error().message.find("/no/such/lib.so") != std::string::npos);
}

// A library that cannot work fails when it is opened, and not in the middle of a call.
TEST(AMissingDependencyIsFoundAtOnce) {
  const std::string path = FixturePath("libunresolved");
  const auto library = DynamicLibrary::Open(path, kDefaultFlags);
  CHECK(!library.ok());
  CHECK(library.error().message.find("function_that_nobody_defines") != std::string::npos);
}

TEST(FlagsReplaceTheDefault) {
  const DynamicLibrary lazy = Open(FixturePath("libunresolved"), RTLD_LAZY | RTLD_LOCAL);
  CHECK_NE(lazy.Find("answer"), nullptr);
}

TEST(SymbolsAreLocalUnlessFlagsSayOtherwise) {
  const DynamicLibrary local = Open(FixturePath("libtest_shared"));
  CHECK_EQ(dlsym(RTLD_DEFAULT, "shared_fun"), nullptr);
  const DynamicLibrary global = Open(FixturePath("libtest_shared_v2"), RTLD_NOW | RTLD_GLOBAL);
  CHECK_EQ(dlsym(RTLD_DEFAULT, "shared_fun"), global.Find("shared_fun"));
}

}  // namespace
}  // namespace dynamic_reload::test
