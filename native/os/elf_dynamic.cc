#include "os/elf_dynamic.h"

#include <algorithm>

#include "os/elf_names.h"
#include "os/elf_reader.h"

namespace dynamic_reload {

namespace {

std::optional<uint64_t> OffsetOf(const ElfDynamic& image, Elf64_Sxword tag) {
  const auto address = image.Value(tag);
  return address ? image.FileOffset(*address) : std::nullopt;
}

// The chain of the last symbol: the lowest bit marks its end. Read in pieces, since how long it is
// stands nowhere.
std::optional<uint64_t> EndOfGnuChain(const File& file, uint64_t offset, uint64_t symbol) {
  constexpr size_t kPiece = 64;
  uint32_t piece[kPiece];
  for (;;) {
    size_t count = kPiece;
    while (count > 0 && !file.ReadAt(offset, piece, count * sizeof piece[0])) count /= 2;
    if (count == 0) return std::nullopt;
    const uint32_t* end =
        std::find_if(piece, piece + count, [](uint32_t hash) { return hash & 1; });
    symbol += static_cast<uint64_t>(end - piece);
    if (end != piece + count) return symbol + 1;
    offset += count * sizeof piece[0];
  }
}

// How many symbols there are stands only in the hash tables. The GNU one holds those that the
// library defines, which are the last ones.
std::optional<uint64_t> CountByGnuHash(const File& file, uint64_t offset) {
  struct {
    uint32_t buckets, first_symbol, bloom_words, bloom_shift;
  } header{};
  if (!file.ReadAt(offset, &header, sizeof header)) return std::nullopt;
  const uint64_t buckets_offset = offset + sizeof header + header.bloom_words * sizeof(uint64_t);
  const auto buckets = ReadElfTable<uint32_t>(file, buckets_offset, header.buckets);
  if (!buckets || buckets->empty()) return std::nullopt;
  const uint32_t last = *std::max_element(buckets->begin(), buckets->end());
  if (last < header.first_symbol) return header.first_symbol;  // It defines none.
  const uint64_t chains_offset = buckets_offset + header.buckets * sizeof(uint32_t);
  const uint64_t place = uint64_t{last} - header.first_symbol;
  return EndOfGnuChain(file, chains_offset + place * sizeof(uint32_t), last);
}

std::optional<uint64_t> CountSymbols(const File& file, const ElfDynamic& image) {
  if (const auto offset = OffsetOf(image, DT_GNU_HASH)) return CountByGnuHash(file, *offset);
  const auto offset = OffsetOf(image, DT_HASH);
  uint32_t header[2];  // Buckets, symbols.
  if (!offset || !file.ReadAt(*offset, header, sizeof header)) return std::nullopt;
  return header[1];
}

void ReadSymbols(const File& file, ElfDynamic& image) {
  const auto offset = OffsetOf(image, DT_SYMTAB);
  const auto count = CountSymbols(file, image);
  if (!offset || !count) return;
  image.symbols_offset = *offset;
  image.symbols = ReadElfTable<Elf64_Sym>(file, *offset, *count).value_or(std::vector<Elf64_Sym>());
}

void ReadStrings(const File& file, ElfDynamic& image) {
  const auto offset = OffsetOf(image, DT_STRTAB);
  if (!offset) return;
  auto strings = ReadElfTable<char>(file, *offset, image.Value(DT_STRSZ).value_or(0));
  if (strings && !strings->empty() && strings->back() == '\0') image.strings = std::move(*strings);
}

}  // namespace

std::optional<uint64_t> ElfDynamic::Value(Elf64_Sxword tag) const {
  for (const Elf64_Dyn& entry : entries) {
    if (entry.d_tag == tag) return entry.d_un.d_val;
  }
  return std::nullopt;
}

std::vector<std::string> ElfDynamic::Names(Elf64_Sxword tag) const {
  std::vector<std::string> names;
  for (const Elf64_Dyn& entry : entries) {
    if (entry.d_tag == tag) names.emplace_back(Name(entry.d_un.d_val));
  }
  return names;
}

std::string_view ElfDynamic::Name(uint64_t offset) const {
  return offset < strings.size() ? std::string_view(strings.data() + offset) : std::string_view();
}

const Elf64_Phdr* ElfDynamic::Segment(Elf64_Word type) const {
  const auto found =
      std::find_if(segments.begin(), segments.end(),
                   [type](const Elf64_Phdr& segment) { return segment.p_type == type; });
  return found == segments.end() ? nullptr : &*found;
}

std::optional<uint64_t> ElfDynamic::FileOffset(uint64_t address) const {
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
        address - segment.p_vaddr < segment.p_filesz) {
      return address - segment.p_vaddr + segment.p_offset;
    }
  }
  return std::nullopt;
}

std::optional<ElfDynamic> ReadElfDynamic(const File& file) {
  Elf64_Ehdr header;
  if (!file.ReadAt(0, &header, sizeof header) || !IsReadableElf(header)) return std::nullopt;
  const std::vector<PatchedBytes> originals = ReadOriginalBytes(file);
  RestoreBytes(originals, 0, &header, sizeof header);
  auto segments = ReadProgramHeaders(file, header);
  if (!segments) return std::nullopt;
  ElfDynamic image;
  image.segments = std::move(*segments);

  const Elf64_Phdr* dynamic = image.Segment(PT_DYNAMIC);
  if (dynamic == nullptr) return std::nullopt;
  auto entries =
      ReadElfTable<Elf64_Dyn>(file, dynamic->p_offset, dynamic->p_filesz / sizeof(Elf64_Dyn));
  if (!entries) return std::nullopt;
  image.entries_offset = dynamic->p_offset;
  image.entries = std::move(*entries);
  RestoreBytes(originals, image.entries_offset, image.entries.data(),
               image.entries.size() * sizeof(Elf64_Dyn));
  const auto end = std::find_if(image.entries.begin(), image.entries.end(),
                                [](const Elf64_Dyn& entry) { return entry.d_tag == DT_NULL; });
  image.entries.erase(end, image.entries.end());

  ReadStrings(file, image);
  ReadSymbols(file, image);
  return image;
}

}  // namespace dynamic_reload
