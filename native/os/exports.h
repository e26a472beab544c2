// What another program can look up in a library, read from its file without loading it.

#ifndef DYNAMIC_RELOAD_OS_EXPORTS_H_
#define DYNAMIC_RELOAD_OS_EXPORTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "os/file.h"

namespace dynamic_reload {

enum class ExportKind {
  kFunction,
  kVariable,
  kThreadLocal,  // A variable of which every thread has one.
  kOther,        // The library does not say.
};

struct Export {
  std::string name;
  ExportKind kind;
  uint64_t size;     // In bytes; 0 when the library does not say.
  bool is_writable;  // While the library is in use. Constants are not, wherever they are in the
                     // file.
};

// In no particular order, and of several versions of a symbol the default one only. Empty when this
// is no library that can be read.
std::optional<std::vector<Export>> ReadExports(const File& file);

// What a variable has in it before any code of the library has run.
struct InitialValue {
  std::vector<unsigned char> bytes;
  bool has_address;  // The loader writes an address into it, which is another one each time.
};

// Empty when the library does not export such a variable, or not one of this process (thread-local
// variables have no place of their own), or cannot be read.
std::optional<InitialValue> ReadInitialValue(const File& file, const std::string& name);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_EXPORTS_H_
