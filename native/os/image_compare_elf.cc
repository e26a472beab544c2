// Do two ELF libraries load as the same code and data?

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "os/elf_reader.h"
#include "os/image.h"

namespace dynamic_reload {

namespace {

// Two builds usually differ at once, in the build id near the start of the first segment.
constexpr size_t kFirstChunk = 1024;
constexpr size_t kChunk = 65536;

bool SameRange(const File& one, const File& other, uint64_t offset, uint64_t end) {
  std::vector<char> one_bytes(kChunk);
  std::vector<char> other_bytes(kChunk);
  size_t chunk = kFirstChunk;
  while (offset < end) {
    const size_t count = std::min<uint64_t>(chunk, end - offset);
    if (!one.ReadAt(offset, one_bytes.data(), count)) return false;
    if (!other.ReadAt(offset, other_bytes.data(), count)) return false;
    if (std::memcmp(one_bytes.data(), other_bytes.data(), count) != 0) return false;
    offset += count;
    chunk = kChunk;
  }
  return true;
}

bool ReadHeader(const File& file, Elf64_Ehdr& header) {
  if (!file.ReadAt(0, &header, sizeof header)) return false;
  // Where the section headers are does not matter, and strip moves them.
  header.e_shoff = 0;
  header.e_shnum = 0;
  header.e_shstrndx = 0;
  return true;
}

}  // namespace

bool SameImage(const File& one, const File& other) {
  Elf64_Ehdr one_header;
  Elf64_Ehdr other_header;
  if (!ReadHeader(one, one_header) || !ReadHeader(other, other_header)) return false;
  if (std::memcmp(&one_header, &other_header, sizeof one_header) != 0) return false;

  const auto segments = ReadProgramHeaders(one, one_header);
  const auto other_segments = ReadProgramHeaders(other, other_header);
  if (!segments || !other_segments) return false;
  if (std::memcmp(segments->data(), other_segments->data(),
                  segments->size() * sizeof(Elf64_Phdr)) != 0) {
    return false;
  }
  return std::all_of(segments->begin(), segments->end(), [&](const Elf64_Phdr& segment) {
    if (segment.p_type != PT_LOAD) return true;
    // The first segment holds the ELF header, which was compared above.
    const uint64_t start = std::max<uint64_t>(segment.p_offset, sizeof(Elf64_Ehdr));
    return SameRange(one, other, start, segment.p_offset + segment.p_filesz);
  });
}

}  // namespace dynamic_reload
