#include "os/pe_image.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace dynamic_reload {

namespace {

// No list of a library that works is longer.
constexpr uint64_t kMostEntries = 100'000;
constexpr size_t kLongestName = 4096;

// Where the headers begin, behind the stub that says that DOS cannot run it.
std::optional<uint64_t> FindHeaders(const File& file) {
  uint32_t place = 0;
  if (!file.ReadAt(kPlaceOfHeaders, &place, sizeof place)) return std::nullopt;
  return place;
}

}  // namespace

bool ReadPeHeaders(const File& file, PeFileHeader& file_header, PeOptionalHeader& optional_header) {
  const auto begin = FindHeaders(file);
  if (!begin || !file.ReadAt(*begin, &file_header, sizeof file_header)) return false;
  const size_t size = std::min<size_t>(file_header.optional_size, sizeof optional_header);
  return file.ReadAt(*begin + sizeof file_header, &optional_header, size);
}

std::optional<std::vector<PeSection>> ReadPeSections(const File& file,
                                                     const PeFileHeader& file_header) {
  const auto begin = FindHeaders(file);
  if (!begin) return std::nullopt;
  std::vector<PeSection> sections(file_header.section_count);
  const uint64_t offset = *begin + sizeof file_header + file_header.optional_size;
  if (!file.ReadAt(offset, sections.data(), sections.size() * sizeof(PeSection))) {
    return std::nullopt;
  }
  return sections;
}

std::optional<PeImage> PeImage::Read(const File& file) {
  PeImage image(file);
  if (!ReadPeHeaders(file, image.file_header_, image.optional_header_)) return std::nullopt;
  if (image.file_header_.signature != kPeSignature || image.optional_header_.magic != kPeMagic64) {
    return std::nullopt;
  }
  auto sections = ReadPeSections(file, image.file_header_);
  if (!sections) return std::nullopt;
  image.sections_ = *std::move(sections);
  return image;
}

PeDirectory PeImage::Directory(size_t number) const {
  const size_t count = std::min<size_t>(optional_header_.directory_count, kPeDirectories);
  return number < count ? optional_header_.directories[number] : PeDirectory{};
}

std::optional<uint64_t> PeImage::OffsetOf(uint64_t address) const {
  for (const PeSection& section : sections_) {
    if (address >= section.address && address - section.address < section.file_size) {
      return section.offset + (address - section.address);
    }
  }
  return std::nullopt;
}

template <typename T>
std::optional<T> PeImage::ReadValue(uint64_t address) const {
  const auto offset = OffsetOf(address);
  T value;
  if (!offset || !file_->ReadAt(*offset, &value, sizeof value)) return std::nullopt;
  return value;
}

std::string PeImage::ReadText(uint64_t address) const {
  std::string text;
  while (text.size() < kLongestName) {
    const auto character = ReadValue<char>(address + text.size());
    if (!character) return "";
    if (*character == '\0') return text;
    text += *character;
  }
  return "";
}

std::vector<std::string> PeImage::ReadSymbols(uint64_t names) const {
  std::vector<std::string> symbols;
  for (uint64_t index = 0; index < kMostEntries; ++index) {
    const auto name = ReadValue<uint64_t>(names + index * sizeof(uint64_t));
    if (!name || *name == 0) break;
    if ((*name & kPeByOrdinal) == 0) symbols.push_back(ReadText(*name + kPeHintSize));
  }
  return symbols;
}

template <typename Entry>
void PeImage::AddImports(uint64_t table, std::vector<Import>& imports) const {
  if (table == 0) return;
  for (uint64_t index = 0; index < kMostEntries; ++index) {
    const auto entry = ReadValue<Entry>(table + index * sizeof(Entry));
    if (!entry || entry->module == 0) return;
    const uint32_t names = entry->names != 0 ? entry->names : entry->addresses;
    imports.push_back({ReadText(entry->module), ReadSymbols(names)});
  }
}

std::vector<PeImage::Import> PeImage::Imports() const {
  std::vector<Import> imports;
  AddImports<PeImport>(Directory(kPeImports).address, imports);
  AddImports<PeDelayImport>(Directory(kPeDelayImports).address, imports);
  return imports;
}

std::vector<PeImage::Export> PeImage::Exports() const {
  std::vector<Export> exports;
  const PeDirectory directory = Directory(kPeExports);
  const auto table =
      directory.address != 0 ? ReadValue<PeExportTable>(directory.address) : std::nullopt;
  if (!table) return exports;
  const uint64_t count = std::min<uint64_t>(table->name_count, kMostEntries);
  for (uint64_t index = 0; index < count; ++index) {
    const auto name = ReadValue<uint32_t>(table->names + index * sizeof(uint32_t));
    const auto ordinal = ReadValue<uint16_t>(table->ordinals + index * sizeof(uint16_t));
    if (!name || !ordinal) break;
    const auto address = ReadValue<uint32_t>(table->addresses + *ordinal * sizeof(uint32_t));
    if (!address) continue;
    // An address among the names is that of a text: "Export Address Table".
    const bool is_forwarder =
        *address >= directory.address && *address - directory.address < directory.size;
    exports.push_back({ReadText(*name), *address, is_forwarder});
  }
  return exports;
}

}  // namespace dynamic_reload
