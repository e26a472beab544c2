// The names that an ELF library exports.

#include <elf.h>

#include <algorithm>
#include <string>
#include <vector>

#include "os/elf_reader.h"
#include "os/image.h"

namespace dynamic_reload {

namespace {

bool IsExported(const Elf64_Sym& symbol) {
  const auto binding = ELF64_ST_BIND(symbol.st_info);
  const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  return symbol.st_shndx != SHN_UNDEF && symbol.st_name != 0 && binding != STB_LOCAL &&
         (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

}  // namespace

std::vector<std::string> ExportedSymbols(const File& file) {
  Elf64_Ehdr header;
  if (!file.ReadAt(0, &header, sizeof header) || header.e_shentsize != sizeof(Elf64_Shdr)) {
    return {};
  }
  const auto sections = ReadSectionHeaders(file, header);
  if (!sections) return {};
  const auto table =
      std::find_if(sections->begin(), sections->end(),
                   [](const Elf64_Shdr& section) { return section.sh_type == SHT_DYNSYM; });
  if (table == sections->end() || table->sh_link >= sections->size()) return {};
  const Elf64_Shdr& strings = (*sections)[table->sh_link];

  const auto symbols =
      ReadElfTable<Elf64_Sym>(file, table->sh_offset, table->sh_size / sizeof(Elf64_Sym));
  const auto text = ReadElfTable<char>(file, strings.sh_offset, strings.sh_size);
  if (!symbols || !text || text->empty() || text->back() != '\0') return {};

  std::vector<std::string> names;
  for (const Elf64_Sym& symbol : *symbols) {
    if (IsExported(symbol) && symbol.st_name < text->size()) {
      names.emplace_back(text->data() + symbol.st_name);
    }
  }
  return names;
}

}  // namespace dynamic_reload
