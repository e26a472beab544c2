#include "os/elf_names.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "os/elf_reader.h"

namespace dynamic_reload {

namespace {

// At the end of the file, behind so many originals.
struct Trailer {
  char magic[16] = {};
  uint64_t originals = 0;
};
struct Original {
  uint64_t offset;
  uint64_t size;
  unsigned char bytes[8];
};

constexpr char kMagic[16] = "dynamic-reload\n";
constexpr uint64_t kSmallestPage = 4096;

uint64_t RoundUp(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

// A segment to be appended to the file, and what is to point into it.
class Appendix {
 public:
  // REQUIRES: the library has a segment that is loaded
  Appendix(const ElfDynamic& image, uint64_t file_size) : segments_(image.segments) {
    uint64_t end = 0;
    uint64_t alignment = kSmallestPage;
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type != PT_LOAD) continue;
      end = std::max(end, segment.p_vaddr + segment.p_memsz);
      alignment = std::max<uint64_t>(alignment, segment.p_align);
    }
    offset_ = RoundUp(file_size, alignof(Elf64_Phdr));
    address_ = RoundUp(end, alignment) + offset_ % alignment;
    alignment_ = alignment;
  }

  // Returns the address that the text will have.
  uint64_t AddText(const std::string& text) {
    const uint64_t address = address_ + HeadersSize() + texts_.size();
    texts_.append(text.c_str(), text.size() + 1);
    return address;
  }

  template <typename Value>
  void Change(uint64_t offset, const Value& old_value, const Value& new_value) {
    Original original{offset, sizeof(Value), {}};
    static_assert(sizeof(Value) <= sizeof original.bytes);
    std::memcpy(original.bytes, &old_value, sizeof(Value));
    originals_.push_back(original);
    const auto* bytes = reinterpret_cast<const unsigned char*>(&new_value);
    changes_.push_back({offset, {bytes, bytes + sizeof(Value)}});
  }

  // Everything that was changed, and the segment itself.
  std::vector<PatchedBytes> Finish(const Elf64_Ehdr& header) {
    if (changes_.empty()) return {};
    Change(offsetof(Elf64_Ehdr, e_phoff), header.e_phoff, offset_);
    const auto count = static_cast<Elf64_Half>(segments_.size() + 1);
    Change(offsetof(Elf64_Ehdr, e_phnum), header.e_phnum, count);
    AddSegment();
    PatchedBytes block{offset_, {}};
    Append(block.bytes, segments_.data(), segments_.size() * sizeof(Elf64_Phdr));
    Append(block.bytes, texts_.data(), texts_.size());
    Append(block.bytes, originals_.data(), originals_.size() * sizeof(Original));
    Trailer trailer{{}, originals_.size()};
    std::memcpy(trailer.magic, kMagic, sizeof kMagic);
    Append(block.bytes, &trailer, sizeof trailer);
    changes_.push_back(std::move(block));
    return std::move(changes_);
  }

 private:
  static void Append(std::vector<unsigned char>& bytes, const void* data, size_t size) {
    const auto* begin = static_cast<const unsigned char*>(data);
    bytes.insert(bytes.end(), begin, begin + size);
  }

  uint64_t HeadersSize() const { return (segments_.size() + 1) * sizeof(Elf64_Phdr); }

  // Behind the others that are loaded: the loader expects them in the order of their addresses.
  void AddSegment() {
    const uint64_t headers = HeadersSize();
    for (Elf64_Phdr& segment : segments_) {
      if (segment.p_type != PT_PHDR) continue;
      segment.p_offset = offset_;
      segment.p_vaddr = segment.p_paddr = address_;
      segment.p_filesz = segment.p_memsz = headers;
    }
    const uint64_t size = headers + texts_.size();
    const Elf64_Phdr added{PT_LOAD, PF_R, offset_, address_, address_, size, size, alignment_};
    const auto last = std::find_if(segments_.rbegin(), segments_.rend(),
                                   [](const auto& each) { return each.p_type == PT_LOAD; });
    segments_.insert(last.base(), added);
  }

  std::vector<Elf64_Phdr> segments_;
  uint64_t offset_;
  uint64_t address_;
  uint64_t alignment_;
  std::string texts_;
  std::vector<Original> originals_;
  std::vector<PatchedBytes> changes_;
};

std::string NewName(Elf64_Sxword tag, const std::string& name, const NameChanges& names) {
  std::string expanded = names.origin.empty() ? name : ExpandOrigin(name, names.origin);
  switch (tag) {
    case DT_SONAME:
      return names.soname.empty() ? name : names.soname;
    case DT_NEEDED: {
      const auto found = names.needed.find(name);
      return found == names.needed.end() ? expanded : found->second;
    }
    case DT_RPATH:
    case DT_RUNPATH:
      // A list of directories cannot hold one with a colon. The loader splits it before it expands.
      return names.origin.find(':') == std::string::npos ? expanded : name;
    case DT_AUXILIARY:
    case DT_FILTER:
      return expanded;
    default:
      return name;
  }
}

void ChangeEntries(const ElfDynamic& image, uint64_t strings, const NameChanges& names,
                   Appendix& appendix) {
  for (size_t index = 0; index < image.entries.size(); ++index) {
    const Elf64_Dyn& entry = image.entries[index];
    const bool is_name = entry.d_tag == DT_SONAME || entry.d_tag == DT_NEEDED ||
                         entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH ||
                         entry.d_tag == DT_AUXILIARY || entry.d_tag == DT_FILTER;
    if (!is_name) continue;
    const std::string name(image.Name(entry.d_un.d_val));
    const std::string new_name = NewName(entry.d_tag, name, names);
    if (new_name == name) continue;
    const Elf64_Xword place = appendix.AddText(new_name) - strings;
    appendix.Change(image.entries_offset + index * sizeof entry + offsetof(Elf64_Dyn, d_un),
                    entry.d_un.d_val, place);
  }
}

// Where the versions of symbols come from is told by the same names; the loader insists on it.
// Returns whether they could be changed.
bool ChangeVersions(const File& file, const ElfDynamic& image, uint64_t strings,
                    const NameChanges& names, Appendix& appendix) {
  const auto address = image.Value(DT_VERNEED);
  if (names.needed.empty() || !address) return true;
  const auto first = image.FileOffset(*address);
  if (!first) return false;
  uint64_t offset = *first;
  for (uint64_t left = image.Value(DT_VERNEEDNUM).value_or(0); left > 0; --left) {
    Elf64_Verneed entry;
    if (!file.ReadAt(offset, &entry, sizeof entry)) return false;
    const auto found = names.needed.find(std::string(image.Name(entry.vn_file)));
    if (found != names.needed.end()) {
      const uint64_t place = appendix.AddText(found->second) - strings;
      if (place > UINT32_MAX) return false;
      appendix.Change(offset + offsetof(Elf64_Verneed, vn_file), entry.vn_file,
                      static_cast<Elf64_Word>(place));
    }
    if (entry.vn_next == 0) break;
    offset += entry.vn_next;
  }
  return true;
}

Error CannotChange(const File& file) {
  return {ErrorCode::kShadowCopy, "", file.path(), "its dynamic section is damaged", 0, ""};
}

// A name without braces ends before any other character.
bool IsOfName(char character) {
  return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_';
}

}  // namespace

std::string ExpandOrigin(std::string_view text, const std::string& origin) {
  constexpr std::string_view kForms[] = {"${ORIGIN}", "$ORIGIN"};
  std::string expanded;
  while (!text.empty()) {
    const auto* form = std::find_if(std::begin(kForms), std::end(kForms), [&](auto each) {
      if (text.substr(0, each.size()) != each) return false;
      const std::string_view rest = text.substr(each.size());
      return each[1] == '{' || rest.empty() || !IsOfName(rest[0]);
    });
    const bool found = form != std::end(kForms);
    expanded += found ? origin : std::string(1, text[0]);
    text.remove_prefix(found ? form->size() : 1);
  }
  return expanded;
}

Result<std::vector<PatchedBytes>> FindNameChanges(const File& file, const ElfDynamic& image,
                                                  const NameChanges& names) {
  Elf64_Ehdr header;
  const auto identity = file.Identity();
  const auto strings = image.Value(DT_STRTAB);
  const bool is_readable = identity.ok() && file.ReadAt(0, &header, sizeof header);
  if (!is_readable || !strings || image.Segment(PT_LOAD) == nullptr) {
    if (names.needed.empty() && names.soname.empty()) return std::vector<PatchedBytes>();
    return CannotChange(file);
  }
  Appendix appendix(image, identity.value().size);
  ChangeEntries(image, *strings, names, appendix);
  if (!ChangeVersions(file, image, *strings, names, appendix)) return CannotChange(file);
  return appendix.Finish(header);
}

std::vector<PatchedBytes> ReadOriginalBytes(const File& file) {
  Trailer trailer;
  const auto identity = file.Identity();
  if (!identity.ok() || identity.value().size < sizeof trailer) return {};
  const uint64_t end = identity.value().size - sizeof trailer;
  if (!file.ReadAt(end, &trailer, sizeof trailer) ||
      std::memcmp(trailer.magic, kMagic, sizeof kMagic) != 0 ||
      trailer.originals > end / sizeof(Original)) {
    return {};
  }
  const auto table =
      ReadElfTable<Original>(file, end - trailer.originals * sizeof(Original), trailer.originals);
  std::vector<PatchedBytes> originals;
  for (const Original& original : table.value_or(std::vector<Original>())) {
    if (original.size > sizeof original.bytes) return {};
    originals.push_back({original.offset, {original.bytes, original.bytes + original.size}});
  }
  return originals;
}

void RestoreBytes(const std::vector<PatchedBytes>& originals, uint64_t offset, void* buffer,
                  size_t count) {
  for (const PatchedBytes& original : originals) {
    const uint64_t first = std::max(original.offset, offset);
    const uint64_t last = std::min(original.offset + original.bytes.size(), offset + count);
    if (first >= last) continue;
    std::memcpy(static_cast<char*>(buffer) + (first - offset),
                original.bytes.data() + (first - original.offset), last - first);
  }
}

}  // namespace dynamic_reload
