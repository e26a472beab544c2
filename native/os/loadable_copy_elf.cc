#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "os/elf_reader.h"
#include "os/image_patch.h"
#include "os/loadable_copy.h"
#include "os/shadow_copy.h"

namespace dynamic_reload {

namespace {

std::vector<ByteRange> Merge(std::vector<ByteRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const ByteRange& one, const ByteRange& other) { return one.begin < other.begin; });
  std::vector<ByteRange> merged;
  for (const ByteRange& range : ranges) {
    if (!merged.empty() && range.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

// Nothing when the file cannot be read as a library. What a damaged header says of bytes behind
// `size` is left out.
std::vector<ByteRange> LoadableRanges(const File& file, uint64_t size) {
  Elf64_Ehdr header;
  if (!file.ReadAt(0, &header, sizeof header) || !IsReadableElf(header)) return {};
  const auto segments = ReadProgramHeaders(file, header);
  if (!segments) return {};
  const uint64_t headers_size = segments->size() * sizeof(Elf64_Phdr);
  std::vector<ByteRange> ranges{{0, sizeof header},
                                {header.e_phoff, header.e_phoff + headers_size}};
  for (const Elf64_Phdr& segment : *segments) {
    if (segment.p_type != PT_LOAD || segment.p_offset >= size) continue;
    const uint64_t bytes = std::min(segment.p_filesz, size - segment.p_offset);
    ranges.push_back({segment.p_offset, segment.p_offset + bytes});
  }
  return Merge(std::move(ranges));
}

// Where they were is a hole, or nothing at all.
Status RemoveSectionHeaders(const std::string& path) {
  const std::vector<unsigned char> nowhere(sizeof(Elf64_Ehdr::e_shoff));
  const std::vector<unsigned char> none(sizeof(Elf64_Ehdr::e_shnum));
  return WritePatches(path, {{offsetof(Elf64_Ehdr, e_shoff), nowhere},
                             {offsetof(Elf64_Ehdr, e_shnum), none},
                             {offsetof(Elf64_Ehdr, e_shstrndx), none}});
}

}  // namespace

Result<uint64_t> CopyLoadable(const File& source, uint64_t size, const std::string& destination) {
  const std::vector<ByteRange> ranges = LoadableRanges(source, size);
  const Status copied = ranges.empty() ? CopyFile(source, size, destination)
                                       : CopyRanges(source, ranges, destination);
  if (!copied.ok()) return copied.error();
  if (ranges.empty()) return size;
  const Status removed = RemoveSectionHeaders(destination);
  if (!removed.ok()) {
    DeleteCopy(destination);
    Error error = removed.error();
    error.destination = std::exchange(error.path, source.path());
    return error;
  }
  uint64_t bytes = 0;
  for (const ByteRange& range : ranges) bytes += range.end - range.begin;
  return bytes;
}

}  // namespace dynamic_reload
