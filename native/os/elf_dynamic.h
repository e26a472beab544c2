// What the loader reads of an ELF library: its segments, its dynamic section, its dynamic symbols.

#ifndef DYNAMIC_RELOAD_OS_ELF_DYNAMIC_H_
#define DYNAMIC_RELOAD_OS_ELF_DYNAMIC_H_

#include <elf.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/file.h"

namespace dynamic_reload {

// Read as the loader does, by the dynamic section: a library may be stripped of its section
// headers. Format: System V gABI, chapter 5; the GNU hash table: ld.so, elf/dl-lookup.c.
struct ElfDynamic {
  std::vector<Elf64_Phdr> segments;
  std::vector<Elf64_Dyn> entries;  // Up to DT_NULL.
  uint64_t entries_offset = 0;     // Where they are in the file.
  std::vector<Elf64_Sym> symbols;
  uint64_t symbols_offset = 0;
  std::vector<char> strings;  // Ends with a NUL, or is empty.

  // The value of the first entry with this tag.
  std::optional<uint64_t> Value(Elf64_Sxword tag) const;

  // All of those, as names.
  std::vector<std::string> Names(Elf64_Sxword tag) const;

  // What stands at `offset` of the string table; empty when that is outside of it.
  std::string_view Name(uint64_t offset) const;

  const Elf64_Phdr* Segment(Elf64_Word type) const;

  // Where the file has what is loaded at `address`; empty when it has nothing for it.
  std::optional<uint64_t> FileOffset(uint64_t address) const;
};

// A copy in which names were changed (elf_names.h) reads as its original. Empty when this is no
// 64-bit little-endian ELF file with a dynamic section. What of it is damaged or missing is left
// out.
std::optional<ElfDynamic> ReadElfDynamic(const File& file);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_ELF_DYNAMIC_H_
