// A directory for one test.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_TEMPORARY_DIRECTORY_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_TEMPORARY_DIRECTORY_H_

#include <filesystem>
#include <random>
#include <string>

#include "base/path.h"

namespace dynamic_reload::test {

// Empty at first, and removed at the end with whatever is in it by then. Its path has no symbolic
// link in it, so that a test knows every directory on the way.
class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(Make().string()) {}
  ~TemporaryDirectory() {
    std::error_code ignored;  // A destructor must not throw, and the next test has its own.
    std::filesystem::remove_all(path_, ignored);
  }

  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

  // The path of something in it.
  std::string operator/(const std::string& name) const { return path_ + kPathSeparator + name; }

 private:
  static std::filesystem::path Make() {
    const auto parent = std::filesystem::canonical(std::filesystem::temp_directory_path());
    std::random_device random;
    for (;;) {
      const auto path = parent / ("native-test-" + std::to_string(random()));
      if (std::filesystem::create_directory(path)) return path;
    }
  }

  const std::string path_;
};

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_TEMPORARY_DIRECTORY_H_
