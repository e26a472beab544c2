// An ELF file in memory, to be damaged.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_ELF_BYTES_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_ELF_BYTES_H_

#include <elf.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "test/native/check.h"

namespace dynamic_reload::test {

// REQUIRES: the bytes are a whole 64-bit file
class ElfBytes {
 public:
  explicit ElfBytes(const std::string& bytes) : bytes_(bytes.begin(), bytes.end()) {}

  std::string bytes() const { return std::string(bytes_.begin(), bytes_.end()); }

  template <typename Entry>
  Entry At(size_t offset) const {
    CHECK(offset + sizeof(Entry) <= bytes_.size());
    Entry entry;
    std::memcpy(&entry, bytes_.data() + offset, sizeof entry);
    return entry;
  }
  template <typename Entry>
  void SetAt(size_t offset, const Entry& entry) {
    CHECK(offset + sizeof(Entry) <= bytes_.size());
    std::memcpy(bytes_.data() + offset, &entry, sizeof entry);
  }

  Elf64_Ehdr header() const { return At<Elf64_Ehdr>(0); }
  void SetHeader(const Elf64_Ehdr& header) { SetAt(0, header); }

  // The first segment of a type.
  Elf64_Phdr Segment(Elf64_Word type) const { return At<Elf64_Phdr>(SegmentOffset(type)); }
  void SetSegment(Elf64_Word type, const Elf64_Phdr& segment) {
    SetAt(SegmentOffset(type), segment);
  }

  Elf64_Shdr Section(const std::string& name) const {
    for (size_t index = 0; index < header().e_shnum; ++index) {
      const Elf64_Shdr section = SectionAt(index);
      const Elf64_Shdr names = SectionAt(header().e_shstrndx);
      if (name == bytes_.data() + names.sh_offset + section.sh_name) return section;
    }
    Fail(__FILE__, __LINE__, "ElfBytes::Section", "no section " + name);
  }

 private:
  Elf64_Shdr SectionAt(size_t index) const {
    return At<Elf64_Shdr>(header().e_shoff + index * sizeof(Elf64_Shdr));
  }

  size_t SegmentOffset(Elf64_Word type) const {
    for (size_t index = 0; index < header().e_phnum; ++index) {
      const size_t offset = header().e_phoff + index * sizeof(Elf64_Phdr);
      if (At<Elf64_Phdr>(offset).p_type == type) return offset;
    }
    Fail(__FILE__, __LINE__, "ElfBytes::Segment", "no segment of type " + std::to_string(type));
  }

  std::vector<char> bytes_;
};

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_ELF_BYTES_H_
