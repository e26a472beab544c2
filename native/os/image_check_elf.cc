// Is an ELF library all there?

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "os/elf_reader.h"
#include "os/image.h"

namespace dynamic_reload {

namespace {

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#endif

ImageCheck Whole() { return {ImageState::kWhole, ""}; }

ImageCheck Incomplete(std::string reason) { return {ImageState::kIncomplete, std::move(reason)}; }

// "truncated: 4096 bytes, and its program headers alone need 8192"
ImageCheck Truncated(uint64_t size, const char* what, uint64_t needed) {
  return Incomplete("truncated: it has " + std::to_string(size) + " bytes and its " + what +
                    " reach to " + std::to_string(needed));
}

bool AllZero(const unsigned char* bytes, size_t size) {
  return std::all_of(bytes, bytes + size, [](unsigned char byte) { return byte == 0; });
}

// The first bytes. Linkers write them last, or before anything else: zeros mean "not yet".
ImageCheck CheckIdentification(const Elf64_Ehdr& header) {
  if (AllZero(header.e_ident, SELFMAG)) return Incomplete("its ELF header is not written yet");
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return Incomplete("not an ELF file");
  if (header.e_type == ET_NONE || header.e_machine == EM_NONE) {
    return Incomplete("its ELF header is not written yet");
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != kMachine) {
    return {ImageState::kForeign, "for another machine"};
  }
  if (header.e_type != ET_DYN) return {ImageState::kForeign, "not a shared library"};
  return Whole();
}

// The loader maps what program headers name; all of it must be in the file.
ImageCheck CheckSegments(const File& file, const Elf64_Ehdr& header, uint64_t size) {
  if (header.e_phnum == 0 || header.e_phentsize != sizeof(Elf64_Phdr)) {
    return Incomplete("it has no program headers yet");
  }
  const auto segments = ReadProgramHeaders(file, header);
  if (!segments) {
    return Truncated(size, "program headers", header.e_phoff + header.e_phnum * sizeof(Elf64_Phdr));
  }
  bool loads = false;
  const Elf64_Phdr* dynamic = nullptr;
  for (const Elf64_Phdr& segment : *segments) {
    if (segment.p_type == PT_NULL) continue;
    if (segment.p_type == PT_LOAD) loads = true;
    if (segment.p_type == PT_DYNAMIC) dynamic = &segment;
    const uint64_t end = segment.p_offset + segment.p_filesz;
    if (end < segment.p_offset || end > size) return Truncated(size, "segments", end);
  }
  if (!loads || dynamic == nullptr) return Incomplete("its program headers are not written yet");

  const auto entries =
      ReadElfTable<Elf64_Dyn>(file, dynamic->p_offset, dynamic->p_filesz / sizeof(Elf64_Dyn));
  const auto has = [&](Elf64_Sxword tag) {
    return entries && std::any_of(entries->begin(), entries->end(),
                                  [tag](const Elf64_Dyn& entry) { return entry.d_tag == tag; });
  };
  if (!has(DT_STRTAB) || !has(DT_SYMTAB)) {
    return Incomplete("its dynamic section is not written yet");
  }
  return Whole();
}

// Nothing here is loaded, but a linker that reserves the file and fills it in later (gold, mold)
// leaves this table for the end: while it is missing the rest may be missing too.
ImageCheck CheckSections(const File& file, const Elf64_Ehdr& header, uint64_t size) {
  if (header.e_shoff == 0 || header.e_shnum == 0) return Whole();  // Removed by a strip tool.
  if (header.e_shentsize != sizeof(Elf64_Shdr))
    return Incomplete("its section headers are damaged");
  const auto sections = ReadSectionHeaders(file, header);
  if (!sections) {
    return Truncated(size, "section headers", header.e_shoff + header.e_shnum * sizeof(Elf64_Shdr));
  }
  bool any = header.e_shnum == 1;  // The first entry is always null.
  for (const Elf64_Shdr& section : *sections) {
    if (section.sh_type == SHT_NULL) continue;
    any = true;
    const uint64_t end = section.sh_offset + section.sh_size;
    if (section.sh_type == SHT_NOBITS) continue;
    if (end < section.sh_offset || end > size) return Truncated(size, "sections", end);
  }
  return any ? Whole() : Incomplete("its section headers are not written yet");
}

}  // namespace

ImageCheck CheckImage(const File& file) {
  const auto identity = file.Identity();
  if (!identity.ok()) return Incomplete(identity.error().message);
  const uint64_t size = identity.value().size;
  if (size == 0) return Incomplete("the file is empty");

  Elf64_Ehdr header{};
  if (size < sizeof header) {
    // Too short for a header of any class. Its first bytes still tell a text file from a cut ELF.
    file.ReadAt(0, header.e_ident, std::min<size_t>(size, SELFMAG));
    const bool elf = std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0;
    return elf ? Truncated(size, "ELF header", sizeof header) : Incomplete("not an ELF file");
  }
  if (!file.ReadAt(0, &header, sizeof header)) return Incomplete("it became shorter while read");

  ImageCheck check = CheckIdentification(header);
  if (check.state == ImageState::kWhole) check = CheckSegments(file, header, size);
  if (check.state == ImageState::kWhole) check = CheckSections(file, header, size);
  return check;
}

}  // namespace dynamic_reload
