// One loaded copy of a shared library.

#ifndef DYNAMIC_RELOAD_OS_DYNAMIC_LIBRARY_H_
#define DYNAMIC_RELOAD_OS_DYNAMIC_LIBRARY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace dynamic_reload {

// Owns a dlopen()/LoadLibrary() handle. Not thread-safe.
//
// Opening runs the library's initialisers and closing runs its finalisers: both are calls into code
// that this process does not control.
class DynamicLibrary {
 public:
  // `path` is absolute and in UTF-8, or a bare name that the system's loader searches for. `flags`
  // are those of dlopen(3); without them every symbol is bound now, so that a library which cannot
  // work fails here and not in the middle of a call, and nothing is shared with other libraries.
  static Result<DynamicLibrary> Open(const std::string& path, std::optional<int> flags);

  DynamicLibrary(DynamicLibrary&& other) noexcept;
  DynamicLibrary& operator=(DynamicLibrary&& other) noexcept;

  // Gives the handle back. The system may keep the library mapped (musl always does; glibc and
  // macOS do when another user remains), so code must not rely on memory being gone.
  ~DynamicLibrary();

  // The address of a symbol that the library itself exports; null when there is none. The system
  // would also look in the libraries it depends on, so that a forgotten `remove` becomes the one of
  // libc. Only a library that the system's loader searched for may have its symbols elsewhere: the
  // names of many system libraries are mere doors to libc. A symbol whose value is null counts as
  // missing. The address is good until this object is destroyed.
  void* Find(const std::string& symbol) const;

  // Where the system's loader found the file.
  std::string LoadedPath() const;

 private:
  // Where the image lies in memory.
  struct Range {
    uintptr_t begin = 0;
    uintptr_t end = 0;
  };

  DynamicLibrary(void* handle, bool searched);

  bool Owns(const void* address, const std::string& symbol) const;

  void* handle_;  // HMODULE on Windows. Null after a move.
  bool searched_;
  Range range_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_DYNAMIC_LIBRARY_H_
