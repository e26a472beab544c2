#include <elf.h>

#include <algorithm>
#include <cstring>

#include "os/elf_dynamic.h"
#include "os/elf_reader.h"
#include "os/exports.h"

namespace dynamic_reload {

namespace {

// Of the entries of DT_VERSYM: another version of the symbol is the one that programs get.
constexpr Elf64_Half kHiddenVersion = 0x8000;

ExportKind KindOf(const Elf64_Sym& symbol) {
  switch (ELF64_ST_TYPE(symbol.st_info)) {
    case STT_FUNC:
    case STT_GNU_IFUNC:
      return ExportKind::kFunction;
    case STT_OBJECT:
    case STT_COMMON:
      return ExportKind::kVariable;
    case STT_TLS:
      return ExportKind::kThreadLocal;
    default:
      return ExportKind::kOther;
  }
}

bool IsExported(const Elf64_Sym& symbol) {
  const auto binding = ELF64_ST_BIND(symbol.st_info);
  const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  // The names of versions are absolute objects.
  const bool is_version = symbol.st_shndx == SHN_ABS && ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT;
  return symbol.st_shndx != SHN_UNDEF && symbol.st_name != 0 && binding != STB_LOCAL &&
         !is_version && (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

bool Covers(const Elf64_Phdr& segment, uint64_t address) {
  return address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_memsz;
}

bool IsWritable(const ElfDynamic& image, const Elf64_Sym& symbol) {
  const auto covers = [&symbol](const Elf64_Phdr& segment) {
    return Covers(segment, symbol.st_value);
  };
  return std::any_of(image.segments.begin(), image.segments.end(),
                     [&covers](const Elf64_Phdr& segment) {
                       return segment.p_type == PT_LOAD && (segment.p_flags & PF_W) != 0 &&
                              covers(segment);
                     }) &&
         // What the loader makes constant once it is done with it.
         std::none_of(image.segments.begin(), image.segments.end(),
                      [&covers](const Elf64_Phdr& segment) {
                        return segment.p_type == PT_GNU_RELRO && covers(segment);
                      });
}

// One for each symbol; none when the library has no versions of symbols.
std::vector<Elf64_Half> ReadVersions(const File& file, const ElfDynamic& image) {
  const auto address = image.Value(DT_VERSYM);
  const auto offset = address ? image.FileOffset(*address) : std::nullopt;
  if (!offset) return {};
  return ReadElfTable<Elf64_Half>(file, *offset, image.symbols.size())
      .value_or(std::vector<Elf64_Half>());
}

// Calls `visit(symbol, name)` for each.
template <typename Visit>
void VisitExports(const File& file, const ElfDynamic& image, Visit visit) {
  const std::vector<Elf64_Half> versions = ReadVersions(file, image);
  for (size_t index = 0; index < image.symbols.size(); ++index) {
    if (!versions.empty() && (versions[index] & kHiddenVersion) != 0) continue;
    const Elf64_Sym& symbol = image.symbols[index];
    const std::string_view name = image.Name(symbol.st_name);
    if (IsExported(symbol) && !name.empty()) visit(symbol, name);
  }
}

// What a segment does not have in the file is zero.
std::vector<unsigned char> ReadBytes(const File& file, const Elf64_Phdr& segment,
                                     const Elf64_Sym& symbol) {
  std::vector<unsigned char> bytes(symbol.st_size);
  const uint64_t begin = symbol.st_value - segment.p_vaddr;
  if (begin >= segment.p_filesz) return bytes;
  const uint64_t in_file = std::min<uint64_t>(symbol.st_size, segment.p_filesz - begin);
  if (!file.ReadAt(segment.p_offset + begin, bytes.data(), in_file)) return {};
  return bytes;
}

bool Overlaps(uint64_t place, const Elf64_Sym& symbol) {
  return place < symbol.st_value + symbol.st_size && place + sizeof(Elf64_Addr) > symbol.st_value;
}

bool HasRelocation(const File& file, const ElfDynamic& image, const Elf64_Sym& symbol) {
  const auto address = image.Value(DT_RELA);
  const auto offset = address ? image.FileOffset(*address) : std::nullopt;
  if (!offset) return false;
  const uint64_t count = image.Value(DT_RELASZ).value_or(0) / sizeof(Elf64_Rela);
  const auto table = ReadElfTable<Elf64_Rela>(file, *offset, count);
  return table && std::any_of(table->begin(), table->end(), [&symbol](const Elf64_Rela& entry) {
           return Overlaps(entry.r_offset, symbol);
         });
}

// An even word is a place, an odd one says which of the next 63 words are places, too: gABI,
// "Relative Relocation Table".
bool HasRelativeRelocation(const File& file, const ElfDynamic& image, const Elf64_Sym& symbol) {
  constexpr Elf64_Sxword kRelr = 36;  // DT_RELR and DT_RELRSZ, which older headers do not have.
  constexpr Elf64_Sxword kRelrSize = 35;
  const auto address = image.Value(kRelr);
  const auto offset = address ? image.FileOffset(*address) : std::nullopt;
  if (!offset) return false;
  const uint64_t count = image.Value(kRelrSize).value_or(0) / sizeof(uint64_t);
  const auto table = ReadElfTable<uint64_t>(file, *offset, count);
  if (!table) return false;
  uint64_t next = 0;
  for (const uint64_t word : *table) {
    if ((word & 1) == 0) {
      if (Overlaps(word, symbol)) return true;
      next = word + sizeof(uint64_t);
      continue;
    }
    for (uint64_t bit = 1; bit < 64; ++bit) {
      const uint64_t place = next + (bit - 1) * sizeof(uint64_t);
      if ((word >> bit & 1) != 0 && Overlaps(place, symbol)) return true;
    }
    next += 63 * sizeof(uint64_t);
  }
  return false;
}

}  // namespace

std::optional<std::vector<Export>> ReadExports(const File& file) {
  const auto image = ReadElfDynamic(file);
  if (!image) return std::nullopt;
  std::vector<Export> exports;
  VisitExports(file, *image, [&](const Elf64_Sym& symbol, std::string_view name) {
    const ExportKind kind = KindOf(symbol);
    const bool is_writable = kind == ExportKind::kThreadLocal || IsWritable(*image, symbol);
    exports.push_back({std::string(name), kind, symbol.st_size, is_writable});
  });
  return exports;
}

std::optional<InitialValue> ReadInitialValue(const File& file, const std::string& name) {
  const auto image = ReadElfDynamic(file);
  if (!image) return std::nullopt;
  std::optional<Elf64_Sym> found;
  VisitExports(file, *image, [&](const Elf64_Sym& symbol, std::string_view its_name) {
    if (its_name == name && KindOf(symbol) == ExportKind::kVariable) found = symbol;
  });
  if (!found) return std::nullopt;
  for (const Elf64_Phdr& segment : image->segments) {
    if (segment.p_type != PT_LOAD || !Covers(segment, found->st_value)) continue;
    // A damaged size must not make this allocate more than the segment has.
    if (found->st_size > segment.p_memsz - (found->st_value - segment.p_vaddr)) break;
    const bool has_address =
        HasRelocation(file, *image, *found) || HasRelativeRelocation(file, *image, *found);
    return InitialValue{ReadBytes(file, segment, *found), has_address};
  }
  return std::nullopt;
}

}  // namespace dynamic_reload
