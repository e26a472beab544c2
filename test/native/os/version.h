// Versions of libraries that are loaded and closed.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_OS_VERSION_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_OS_VERSION_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "os/dynamic_library.h"
#include "os/image_patch.h"
#include "os/unloading.h"
#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {

using Reasons = ResidentReasons;

// A loaded copy of a fixture, as the monitor makes them.
class Version {
 public:
  enum class Copy { kPatched, kUnpatched };

  explicit Version(const std::string& fixture, Copy copy = Copy::kPatched)
      : library_(Load(fixture, copy)) {}

  template <typename Function>
  Function* Find(const char* name) const {
    void* address = library_.Find(name);
    CHECK_NE(address, nullptr);
    return reinterpret_cast<Function*>(address);
  }
  int Call(const char* name) const { return Find<int()>(name)(); }

  Reasons Close() { return library_.Close(); }
  bool IsLoaded() const { return dynamic_reload::IsLoaded(path_); }
  const std::string& path() const { return path_; }

 private:
  DynamicLibrary Load(const std::string& fixture, Copy copy) {
    WriteFile(path_, ReadFile(FixturePath(fixture)));
    if (copy == Copy::kPatched) CHECK_OK(PatchCopy(path_, {}));
    auto library = DynamicLibrary::Open(path_, std::nullopt);
    CHECK_OK(library);
    return std::move(library).value();
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_ / "copy" LIBRARY_SUFFIX;
  DynamicLibrary library_;
};

inline void CheckUnloads(Version& version) {
  CHECK(version.IsLoaded());
  CHECK_EQ(version.Close(), Reasons{});
  CHECK(!version.IsLoaded());
  CHECK_EQ(version.Close(), Reasons{});
}

// A library with a thread in it, until it is told to stop.
struct Running {
  explicit Running(const char* start) { version->Find<void()>(start)(); }

  void CheckStaysUntilStopped() const {
    for (int attempt = 0; attempt < 3; ++attempt) {
      CHECK_EQ(version->Close(), Reasons{ResidentReason::kThread});
    }
    stop();
    CheckUnloads(*version);
  }

  std::unique_ptr<Version> version = std::make_unique<Version>("libown_threads");
  void (*stop)() = version->Find<void()>("stop");
};

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_OS_VERSION_H_
