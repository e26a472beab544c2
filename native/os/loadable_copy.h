// A copy of a library with no more in it than is loaded.

#ifndef DYNAMIC_RELOAD_OS_LOADABLE_COPY_H_
#define DYNAMIC_RELOAD_OS_LOADABLE_COPY_H_

#include <cstdint>
#include <string>

#include "base/result.h"
#include "os/file.h"

namespace dynamic_reload {

// What is copied of a library.
enum class CopyExtent {
  kFull,
  kLoadable,  // Neither debug information nor the symbol table, which are most of a debug build.
};

// Copies the headers that the loader reads and the segments that it maps, each to its place. The
// copy has no section headers, and is the same image as its original (image.h). What cannot be read
// as a library is copied in full, for the loader to refuse. Otherwise as CopyFile(). Returns how
// many bytes were copied.
Result<uint64_t> CopyLoadable(const File& source, uint64_t size, const std::string& destination);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_LOADABLE_COPY_H_
