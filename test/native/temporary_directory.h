// A directory for one test.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_TEMPORARY_DIRECTORY_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_TEMPORARY_DIRECTORY_H_

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "test/native/check.h"

namespace dynamic_reload::test {

// Empty at first, and removed at the end with whatever is in it by then. Its path has no symbolic
// link in it, so that a test knows every directory on the way.
class TemporaryDirectory {
 public:
  TemporaryDirectory()
      : path_(std::filesystem::canonical(std::filesystem::temp_directory_path()) /
              "native-test-XXXXXX") {
    CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;  // A destructor must not throw, and the next test has its own.
    std::filesystem::remove_all(path_, ignored);
  }

  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }

  // The path of something in it.
  std::string operator/(const std::string& name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_TEMPORARY_DIRECTORY_H_
