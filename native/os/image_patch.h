// Lets a shadow copy be unloaded whose original could not be.

#ifndef DYNAMIC_RELOAD_OS_IMAGE_PATCH_H_
#define DYNAMIC_RELOAD_OS_IMAGE_PATCH_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file.h"

namespace dynamic_reload {

struct PatchOptions {
  // Leaves symbols that are one for the whole process as they are, for a library that shares them
  // with others on purpose. Its next version then sees the static variables of this one.
  bool keep_unique = false;

  // Leaves a copy as its original is, for somebody who looks at its bytes and calls PatchCopy()
  // then.
  bool later = false;
};

// What a copy is to ask for by other names than its original, since it lies somewhere else.
struct NameChanges {
  std::string origin;  // The directory of the original, which `$ORIGIN` means; empty leaves that.
  // Its own name, which the loader would otherwise find it by for everybody; empty leaves it.
  std::string soname;
  std::map<std::string, std::string> needed;  // What stands for a dependency, by its name.
};

// Bytes of a file that are to be others.
struct PatchedBytes {
  uint64_t offset;
  std::vector<unsigned char> bytes;
};

// What is to change so that a library can be unloaded, and its next version has static variables of
// its own:
// - Symbols that are one for the whole process (STB_GNU_UNIQUE) become weak, which is what clang
// and
//   g++ -fno-gnu-unique make of them.
// - A library that asks to stay (DF_1_NODELETE) asks no more, unless it may have a reason: it is
//   built by Go, starts threads, or hands addresses of itself to the system to call them later.
// In the order of the file. Nothing for a file that is patched already.
std::vector<PatchedBytes> FindPatches(const File& file, PatchOptions options);

// Changes bytes of the copy at `path`, which nobody has loaded yet. It is read-only afterwards.
Status WritePatches(const std::string& path, const std::vector<PatchedBytes>& patches);

// Writes what FindPatches() finds, and the names.
Status PatchCopy(const std::string& path, PatchOptions options, const NameChanges& names = {});

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_IMAGE_PATCH_H_
