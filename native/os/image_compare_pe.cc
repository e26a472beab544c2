// Do two DLLs load as the same?

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "os/image.h"
#include "os/pe_image.h"

namespace dynamic_reload {

namespace {

constexpr uint64_t kChunk = 65536;

// Where the time stands that a table was made, in the tables that have one: "Export Directory
// Table" and "Debug Directory". Two links of the same code differ there.
constexpr uint64_t kTimeInTable = 4;

// Sections with debug information. MinGW keeps their long names elsewhere, so that those here are a
// slash and a number.
bool IsForDebuggers(const PeSection& section) {
  const std::string_view name(section.name, strnlen(section.name, sizeof section.name));
  return name.substr(0, 1) == "/" || name.substr(0, 6) == ".debug";
}

std::vector<PeSection> LoadedSections(const PeImage& image) {
  std::vector<PeSection> sections;
  for (PeSection section : image.sections()) {
    if (IsForDebuggers(section)) continue;
    section.offset = 0;  // Where it is in the file does not matter.
    sections.push_back(section);
  }
  return sections;
}

// What of the headers decides how it is loaded and run.
PeOptionalHeader LoadedHeader(const PeImage& image) {
  PeOptionalHeader header = image.optional_header();
  header.checksum = 0;
  header.image_size = 0;  // What debuggers read may be a part of these.
  header.headers_size = 0;
  header.data_size = 0;
  header.directories[kPeCertificates] = {};  // A signature is behind everything that is loaded.
  return header;
}

bool SameHeaders(const PeImage& one, const PeImage& other) {
  const PeOptionalHeader header = LoadedHeader(one);
  const PeOptionalHeader other_header = LoadedHeader(other);
  const auto sections = LoadedSections(one);
  const auto other_sections = LoadedSections(other);
  return std::memcmp(&header, &other_header, sizeof header) == 0 &&
         sections.size() == other_sections.size() &&
         std::memcmp(sections.data(), other_sections.data(), sections.size() * sizeof(PeSection)) ==
             0;
}

// Sets the times to zero that are among `count` bytes from `address` on.
void ForgetTimes(const PeImage& image, uint64_t address, unsigned char* bytes, uint64_t count) {
  for (const size_t table : {kPeExports, kPeDebug}) {
    const PeDirectory directory = image.Directory(table);
    if (directory.address == 0) continue;
    for (uint64_t i = 0; i < sizeof(uint32_t); ++i) {
      const uint64_t place = directory.address + kTimeInTable + i;
      if (place >= address && place < address + count) bytes[place - address] = 0;
    }
  }
}

struct Source {
  const File& file;
  const PeImage& image;

  bool Read(const PeSection& section, uint64_t at, unsigned char* bytes, uint64_t count) const {
    const auto offset = image.OffsetOf(section.address + at);
    if (!offset || !file.ReadAt(*offset, bytes, count)) return false;
    ForgetTimes(image, section.address + at, bytes, count);
    return true;
  }
};

bool SameContent(const PeSection& section, const Source& one, const Source& other) {
  std::vector<unsigned char> buffer(2 * kChunk);
  for (uint64_t at = 0; at < section.file_size; at += kChunk) {
    const uint64_t count = std::min(kChunk, section.file_size - at);
    if (!one.Read(section, at, buffer.data(), count) ||
        !other.Read(section, at, buffer.data() + kChunk, count) ||
        std::memcmp(buffer.data(), buffer.data() + kChunk, count) != 0) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool SameImage(const File& one, const File& other) {
  const auto image = PeImage::Read(one);
  const auto other_image = PeImage::Read(other);
  if (!image || !other_image || !SameHeaders(*image, *other_image)) return false;
  const auto sections = LoadedSections(*image);
  return std::all_of(sections.begin(), sections.end(), [&](const PeSection& section) {
    return SameContent(section, {one, *image}, {other, *other_image});
  });
}

}  // namespace dynamic_reload
