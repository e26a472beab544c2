// Do two ELF libraries load as the same code and data?

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "os/elf_names.h"
#include "os/elf_reader.h"
#include "os/image.h"
#include "os/image_patch.h"

namespace dynamic_reload {

namespace {

// Two builds usually differ at once, in the build id near the start of the first segment.
constexpr size_t kFirstChunk = 1024;
constexpr size_t kChunk = 65536;

// A file as PatchCopy() would leave it, with the names of the original. A copy has been patched and
// its original has not; that is no difference.
class PatchedFile {
 public:
  explicit PatchedFile(const File& file) : file_(file) {}

  bool ReadAt(uint64_t offset, char* buffer, size_t count) const {
    return file_.ReadAt(offset, buffer, count);
  }

  // Patches what was read from `offset`. What there is to patch is only found out once it matters:
  // most comparisons end before.
  void Patch(uint64_t offset, char* buffer, size_t count) {
    if (!patches_) {
      patches_ = FindPatches(file_, PatchOptions());
      originals_ = ReadOriginalBytes(file_);
    }
    const auto end_of = [](const PatchedBytes& patch) { return patch.offset + patch.bytes.size(); };
    auto patch = std::partition_point(patches_->begin(), patches_->end(),
                                      [&](const auto& each) { return end_of(each) <= offset; });
    for (; patch != patches_->end() && patch->offset < offset + count; ++patch) {
      const uint64_t first = std::max(patch->offset, offset);
      const uint64_t last = std::min<uint64_t>(end_of(*patch), offset + count);
      std::memcpy(buffer + (first - offset), patch->bytes.data() + (first - patch->offset),
                  last - first);
    }
    RestoreBytes(*originals_, offset, buffer, count);
  }

 private:
  const File& file_;
  std::optional<std::vector<PatchedBytes>> patches_;
  std::optional<std::vector<PatchedBytes>> originals_;
};

bool SameBytes(PatchedFile& one, PatchedFile& other, uint64_t offset, size_t count, char* buffer) {
  char* const second = buffer + count;
  if (!one.ReadAt(offset, buffer, count) || !other.ReadAt(offset, second, count)) return false;
  if (std::memcmp(buffer, second, count) == 0) return true;
  one.Patch(offset, buffer, count);
  other.Patch(offset, second, count);
  return std::memcmp(buffer, second, count) == 0;
}

bool SameRange(PatchedFile& one, PatchedFile& other, uint64_t offset, uint64_t end) {
  if (offset >= end) return true;
  const size_t first_count = std::min<uint64_t>(kFirstChunk, end - offset);
  char first[2 * kFirstChunk];
  if (!SameBytes(one, other, offset, first_count, first)) return false;

  std::vector<char> buffer(2 * kChunk);
  for (offset += first_count; offset < end; offset += kChunk) {
    const size_t count = std::min<uint64_t>(kChunk, end - offset);
    if (!SameBytes(one, other, offset, count, buffer.data())) return false;
  }
  return true;
}

bool ReadHeader(const File& file, Elf64_Ehdr& header) {
  if (!file.ReadAt(0, &header, sizeof header)) return false;
  RestoreBytes(ReadOriginalBytes(file), 0, &header, sizeof header);
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
  PatchedFile patched_one(one);
  PatchedFile patched_other(other);
  return std::all_of(segments->begin(), segments->end(), [&](const Elf64_Phdr& segment) {
    if (segment.p_type != PT_LOAD) return true;
    // The first segment holds the ELF header, which was compared above.
    const uint64_t start = std::max<uint64_t>(segment.p_offset, sizeof(Elf64_Ehdr));
    return SameRange(patched_one, patched_other, start, segment.p_offset + segment.p_filesz);
  });
}

}  // namespace dynamic_reload
