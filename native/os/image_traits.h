// What a library file says beforehand that matters for its unloading.

#ifndef DYNAMIC_RELOAD_OS_IMAGE_TRAITS_H_
#define DYNAMIC_RELOAD_OS_IMAGE_TRAITS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "os/file.h"

namespace dynamic_reload {

struct ImageTraits {
  // Symbols that are one for the whole process (STB_GNU_UNIQUE): g++ makes them of static variables
  // of templates and inline functions. The next version binds to those of this one, which therefore
  // stays.
  bool has_unique_symbols = false;
  bool is_nodelete = false;     // Asks to stay (DF_1_NODELETE).
  bool has_static_tls = false;  // Of which a process has little, so that versions cannot overlap.
  bool has_tls_destructors = false;  // May register some: it stays until the threads that did end.
  bool starts_threads = false;       // May do so.
  bool is_go = false;                // The Go runtime cannot be unloaded.

  std::string build_id;             // Hexadecimal; empty when it has none.
  std::string soname;               // DT_SONAME, or empty.
  std::string runpath;              // DT_RUNPATH, or DT_RPATH, which that replaces, or empty.
  std::vector<std::string> needed;  // The names of the libraries that it depends on.

  uint64_t file_size = 0;
  uint64_t loadable_size = 0;  // What it takes of the address space.
};

// Without loading it. Empty when the file is no library of a kind that this system knows.
std::optional<ImageTraits> ReadImageTraits(const File& file);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_IMAGE_TRAITS_H_
