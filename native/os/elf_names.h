// Other names in a copy: of what it depends on, of itself, of the directories to search.

#ifndef DYNAMIC_RELOAD_OS_ELF_NAMES_H_
#define DYNAMIC_RELOAD_OS_ELF_NAMES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/elf_dynamic.h"
#include "os/file.h"
#include "os/image_patch.h"

namespace dynamic_reload {

// With the tokens `$ORIGIN` and `${ORIGIN}` replaced, as the loader does: ld.so(8), "Dynamic string
// tokens".
std::string ExpandOrigin(std::string_view text, const std::string& origin);

// What to change in the file so that it has the names. Nothing when it has them already. Fails for
// a library that cannot be changed so.
//
// The string table is full, and several names may share bytes of it. But offsets into it have 64
// bits, those of DT_VERNEED 32, and the loader does not compare them with its size: so the new
// names go to a segment of their own, appended to the file together with the program headers, of
// which there is one more then. Behind those stands what the changed bytes were at first.
Result<std::vector<PatchedBytes>> FindNameChanges(const File& file, const ElfDynamic& image,
                                                  const NameChanges& names);

// What the bytes were that such a change made others; nothing for any other file.
std::vector<PatchedBytes> ReadOriginalBytes(const File& file);

// Puts them back into what was read from `offset`.
void RestoreBytes(const std::vector<PatchedBytes>& originals, uint64_t offset, void* buffer,
                  size_t count);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_ELF_NAMES_H_
