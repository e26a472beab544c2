// Files as strings.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_FILES_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_FILES_H_

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/path.h"
#include "test/native/check.h"

namespace dynamic_reload::test {

inline std::string ReadFile(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream content;
  content << stream.rdbuf();
  CHECK(stream.is_open());
  return content.str();
}

// Truncates the file at `path` and writes it in place, as cp does.
inline void WriteFile(const std::string& path, const std::string& content) {
  std::ofstream stream(path, std::ios::binary);
  stream << content;
  stream.close();
  CHECK(stream.good());
}

// Writes a new file and moves it to `path`, as most linkers do.
inline void ReplaceFile(const std::string& path, const std::string& content) {
  WriteFile(path + ".new", content);
  std::filesystem::rename(path + ".new", path);
}

// The names in a directory, sorted.
inline std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Where the library is that fixtures/CMakeLists.txt calls so.
inline std::string FixturePath(const std::string& name) {
  return FixtureDirectory() + kPathSeparator + name + LIBRARY_SUFFIX;
}

// A library of one function, `int shared_fun(void)`, that answers 42; and its next version, where
// it answers 43.
inline std::string FirstLibrary() { return ReadFile(FixturePath("libtest_shared")); }
inline std::string SecondLibrary() { return ReadFile(FixturePath("libtest_shared_v2")); }

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_FILES_H_
