// Is a DLL all there?

#include <algorithm>
#include <string>

#include "os/image.h"
#include "os/pe_image.h"

namespace dynamic_reload {

namespace {

#if defined(__x86_64__) || defined(_M_X64)
constexpr uint16_t kMachine = kPeMachineX64;
#else
constexpr uint16_t kMachine = kPeMachineArm64;
#endif

ImageCheck Whole() { return {ImageState::kWhole, ""}; }

ImageCheck Incomplete(std::string reason) { return {ImageState::kIncomplete, std::move(reason)}; }

ImageCheck Truncated(uint64_t size, const std::string& what) {
  return Incomplete("truncated: it has " + std::to_string(size) + " bytes, and " + what);
}

ImageCheck CheckStub(const File& file, uint64_t size) {
  uint16_t magic = 0;
  file.ReadAt(0, &magic, sizeof magic);
  if (magic == 0) return Incomplete("its headers are not written yet");
  if (magic != kDosMagic) return Incomplete("not a PE file");
  return size < kDosHeaderSize ? Truncated(size, "its headers reach further") : Whole();
}

ImageCheck CheckHeaders(const PeFileHeader& file_header, const PeOptionalHeader& optional_header) {
  if (file_header.signature == 0) return Incomplete("its headers are not written yet");
  if (file_header.signature != kPeSignature) return Incomplete("not a PE file");
  if (file_header.machine != kMachine || optional_header.magic != kPeMagic64) {
    return {ImageState::kForeign, "for another machine"};
  }
  if ((file_header.characteristics & kPeIsDll) == 0) {
    return {ImageState::kForeign, "not a shared library"};
  }
  return Whole();
}

ImageCheck CheckSections(const File& file, const PeFileHeader& file_header, uint64_t size) {
  const auto sections = ReadPeSections(file, file_header);
  if (!sections) return Truncated(size, "its section table reaches further");
  uint64_t end = 0;
  for (const PeSection& section : *sections) {
    end = std::max(end, uint64_t{section.offset} + section.file_size);
  }
  if (end == 0) return Incomplete("its sections are not written yet");
  return end > size ? Truncated(size, "its sections reach to " + std::to_string(end)) : Whole();
}

}  // namespace

ImageCheck CheckImage(const File& file) {
  const auto identity = file.Identity();
  if (!identity.ok()) return Incomplete(identity.error().message);
  const uint64_t size = identity.value().size;
  if (size == 0) return Incomplete("the file is empty");

  ImageCheck check = CheckStub(file, size);
  if (check.state != ImageState::kWhole) return check;
  PeFileHeader file_header{};
  PeOptionalHeader optional_header{};
  if (!ReadPeHeaders(file, file_header, optional_header)) {
    return Truncated(size, "its headers reach further");
  }
  check = CheckHeaders(file_header, optional_header);
  return check.state == ImageState::kWhole ? CheckSections(file, file_header, size) : check;
}

}  // namespace dynamic_reload
