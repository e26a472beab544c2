// Parts of a path, as text.

#ifndef DYNAMIC_RELOAD_BASE_PATH_H_
#define DYNAMIC_RELOAD_BASE_PATH_H_

#include <cstddef>
#include <filesystem>
#include <string>

namespace dynamic_reload {

inline constexpr char kPathSeparator =
    static_cast<char>(std::filesystem::path::preferred_separator);

// Windows takes both; a name of POSIX may have a backslash in it.
inline size_t FindLastSeparator(const std::string& path) {
  return path.find_last_of(kPathSeparator == '/' ? "/" : "/\\");
}

// What is before the last separator, or everything when there is none.
inline std::string DirectoryIn(const std::string& path) {
  return path.substr(0, FindLastSeparator(path));
}

// What is behind it.
inline std::string NameIn(const std::string& path) {
  return path.substr(FindLastSeparator(path) + 1);
}

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_BASE_PATH_H_
