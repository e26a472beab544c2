// Reads a PE image from its file, without loading it.

#ifndef DYNAMIC_RELOAD_OS_PE_IMAGE_H_
#define DYNAMIC_RELOAD_OS_PE_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "os/file.h"
#include "os/pe_format.h"

namespace dynamic_reload {

// Nothing that a damaged file says is believed: each place is looked up in the sections, and each
// list ends somewhere. REQUIRES: the file outlives it
class PeImage {
 public:
  struct Import {
    std::string module;
    std::vector<std::string> symbols;  // Those that are asked for by name.
  };

  struct Export {
    std::string name;
    uint32_t address;
    bool is_forwarder;  // It stands for one of another library.
  };

  // Empty when the file is not a whole image of the 64-bit kind.
  static std::optional<PeImage> Read(const File& file);

  const PeFileHeader& file_header() const { return file_header_; }
  const PeOptionalHeader& optional_header() const { return optional_header_; }
  const std::vector<PeSection>& sections() const { return sections_; }

  // {0, 0} when the image has no such table.
  PeDirectory Directory(size_t number) const;

  // Where in the file the byte is that is loaded at an address.
  std::optional<uint64_t> OffsetOf(uint64_t address) const;

  // With those that are loaded when they are called first.
  std::vector<Import> Imports() const;

  // Those that have a name.
  std::vector<Export> Exports() const;

 private:
  explicit PeImage(const File& file) : file_(&file) {}

  template <typename T>
  std::optional<T> ReadValue(uint64_t address) const;
  // Empty when it does not end within reason.
  std::string ReadText(uint64_t address) const;
  std::vector<std::string> ReadSymbols(uint64_t names) const;
  template <typename Entry>
  void AddImports(uint64_t table, std::vector<Import>& imports) const;

  const File* file_;
  PeFileHeader file_header_{};
  PeOptionalHeader optional_header_{};
  std::vector<PeSection> sections_;
};

// The headers up to the section table. `optional_header` may be longer than that in the file: the
// rest is zeros then. False when the file is shorter.
bool ReadPeHeaders(const File& file, PeFileHeader& file_header, PeOptionalHeader& optional_header);

// Empty when the file is shorter.
std::optional<std::vector<PeSection>> ReadPeSections(const File& file,
                                                     const PeFileHeader& file_header);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_PE_IMAGE_H_
