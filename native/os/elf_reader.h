// The tables of an ELF file. Format: System V gABI, chapters 4 and 5; elf(5).

#ifndef DYNAMIC_RELOAD_OS_ELF_READER_H_
#define DYNAMIC_RELOAD_OS_ELF_READER_H_

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "os/file.h"

namespace dynamic_reload {

// Reads `count` entries of a table that starts at `offset`. Empty when it reaches past the end of
// the file, however large a damaged header says it is: memory is taken for what may be there.
template <typename Entry>
std::optional<std::vector<Entry>> ReadElfTable(const File& file, uint64_t offset, uint64_t count) {
  constexpr uint64_t kSmall = 16384 / sizeof(Entry);
  if (count > kSmall) {
    const auto identity = file.Identity();
    if (!identity.ok() || count > identity.value().size / sizeof(Entry)) return std::nullopt;
  }
  std::vector<Entry> table(count);
  if (!file.ReadAt(offset, table.data(), count * sizeof(Entry))) return std::nullopt;
  return table;
}

// Whether it is the header of a 64-bit little-endian file with program headers of the usual size.
inline bool IsReadableElf(const Elf64_Ehdr& header) {
  return std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
         header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == ELFDATA2LSB &&
         header.e_phentsize == sizeof(Elf64_Phdr);
}

// REQUIRES: e_phentsize and e_shentsize are those of Elf64_Phdr and Elf64_Shdr
inline auto ReadProgramHeaders(const File& file, const Elf64_Ehdr& header) {
  return ReadElfTable<Elf64_Phdr>(file, header.e_phoff, header.e_phnum);
}
inline auto ReadSectionHeaders(const File& file, const Elf64_Ehdr& header) {
  return ReadElfTable<Elf64_Shdr>(file, header.e_shoff, header.e_shnum);
}

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_ELF_READER_H_
