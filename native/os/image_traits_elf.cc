#include <elf.h>

#include <algorithm>
#include <string_view>

#include "os/elf_dynamic.h"
#include "os/elf_reader.h"
#include "os/image_traits.h"

namespace dynamic_reload {

namespace {

constexpr Elf64_Word kGoBuildId = 4;  // Of the notes named "Go": cmd/internal/buildid.

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// What the symbols tell. Imports are what the library may do, exports are what it is.
void NoteSymbol(const Elf64_Sym& symbol, std::string_view name, ImageTraits& traits) {
  if (StartsWith(name, "_cgo_")) traits.is_go = true;
  if (symbol.st_shndx != SHN_UNDEF) {
    if (ELF64_ST_BIND(symbol.st_info) == STB_GNU_UNIQUE) traits.has_unique_symbols = true;
    return;
  }
  if (name == "pthread_create" || name == "thrd_create" ||
      StartsWith(name, "_ZNSt6thread15_M_start_thread")) {
    traits.starts_threads = true;
  }
  // libstdc++ has the first one, which calls the second one of libc. Rust calls that directly.
  if (name == "__cxa_thread_atexit" || name == "__cxa_thread_atexit_impl") {
    traits.has_tls_destructors = true;
  }
}

std::string Hexadecimal(const unsigned char* bytes, size_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

void NoteNote(const Elf64_Nhdr& header, std::string_view owner, const unsigned char* content,
              ImageTraits& traits) {
  if (header.n_type == NT_GNU_BUILD_ID && owner == "GNU") {
    traits.build_id = Hexadecimal(content, header.n_descsz);
  }
  if (header.n_type == kGoBuildId && owner == "Go") traits.is_go = true;
}

// Name and content are each filled up to a multiple of the segment's alignment, 4 or 8 bytes.
void ReadNotes(const File& file, const Elf64_Phdr& segment, ImageTraits& traits) {
  const auto bytes = ReadElfTable<unsigned char>(file, segment.p_offset, segment.p_filesz);
  if (!bytes) return;
  const uint64_t alignment = segment.p_align == 8 ? 8 : 4;
  const auto align = [alignment](uint64_t size) {
    return (size + alignment - 1) / alignment * alignment;
  };
  uint64_t at = 0;
  while (at + sizeof(Elf64_Nhdr) <= bytes->size()) {
    Elf64_Nhdr header;
    std::copy_n(bytes->data() + at, sizeof header, reinterpret_cast<unsigned char*>(&header));
    const uint64_t owner = at + sizeof header;
    const uint64_t content = at + align(sizeof header + uint64_t{header.n_namesz});
    if (content + header.n_descsz > bytes->size()) return;
    const auto* name = reinterpret_cast<const char*>(bytes->data() + owner);
    const std::string_view padded(name, header.n_namesz);
    NoteNote(header, padded.substr(0, padded.find('\0')), bytes->data() + content, traits);
    at = content + align(header.n_descsz);
  }
}

uint64_t LoadableSize(const ElfDynamic& image) {
  uint64_t begin = UINT64_MAX;
  uint64_t end = 0;
  for (const Elf64_Phdr& segment : image.segments) {
    if (segment.p_type != PT_LOAD) continue;
    begin = std::min(begin, segment.p_vaddr);
    end = std::max(end, segment.p_vaddr + segment.p_memsz);
  }
  return end > begin ? end - begin : 0;
}

std::string FirstName(const ElfDynamic& image, Elf64_Sxword tag) {
  const auto offset = image.Value(tag);
  return offset ? std::string(image.Name(*offset)) : "";
}

}  // namespace

std::optional<ImageTraits> ReadImageTraits(const File& file) {
  const auto image = ReadElfDynamic(file);
  const auto identity = file.Identity();
  if (!image || !identity.ok()) return std::nullopt;

  ImageTraits traits;
  for (const Elf64_Sym& symbol : image->symbols) {
    NoteSymbol(symbol, image->Name(symbol.st_name), traits);
  }
  for (const Elf64_Phdr& segment : image->segments) {
    if (segment.p_type == PT_NOTE) ReadNotes(file, segment, traits);
  }
  traits.has_tls_destructors &= image->Segment(PT_TLS) != nullptr;
  traits.is_nodelete = (image->Value(DT_FLAGS_1).value_or(0) & DF_1_NODELETE) != 0;
  traits.has_static_tls = (image->Value(DT_FLAGS).value_or(0) & DF_STATIC_TLS) != 0;
  traits.soname = FirstName(*image, DT_SONAME);
  traits.runpath = FirstName(*image, image->Value(DT_RUNPATH) ? DT_RUNPATH : DT_RPATH);
  traits.needed = image->Names(DT_NEEDED);
  traits.file_size = identity.value().size;
  traits.loadable_size = LoadableSize(*image);
  return traits;
}

}  // namespace dynamic_reload
