#include <algorithm>
#include <utility>

#include "os/exports.h"
#include "os/pe_image.h"

namespace dynamic_reload {

namespace {

constexpr uint32_t kIsCode = 0x2000'0000;      // IMAGE_SCN_MEM_EXECUTE.
constexpr uint32_t kIsWritable = 0x8000'0000;  // IMAGE_SCN_MEM_WRITE.

const PeSection* SectionAt(const PeImage& image, uint32_t address) {
  const auto& sections = image.sections();
  const auto found =
      std::find_if(sections.begin(), sections.end(), [address](const PeSection& section) {
        return address >= section.address && address - section.address < section.memory_size;
      });
  return found == sections.end() ? nullptr : &*found;
}

// The file says where each is, and no more: what is in a section with code is a function.
Export Describe(const PeImage& image, PeImage::Export found) {
  const PeSection* section = SectionAt(image, found.address);
  if (section == nullptr || found.is_forwarder) {
    return {std::move(found.name), ExportKind::kOther, 0, false};
  }
  const bool is_code = (section->characteristics & kIsCode) != 0;
  return {std::move(found.name), is_code ? ExportKind::kFunction : ExportKind::kVariable, 0,
          (section->characteristics & kIsWritable) != 0};
}

}  // namespace

std::optional<std::vector<Export>> ReadExports(const File& file) {
  const auto image = PeImage::Read(file);
  if (!image) return std::nullopt;
  std::vector<Export> exports;
  for (PeImage::Export& found : image->Exports()) {
    exports.push_back(Describe(*image, std::move(found)));
  }
  return exports;
}

// How large a variable is the file does not say.
std::optional<InitialValue> ReadInitialValue(const File& /*file*/, const std::string& /*name*/) {
  return std::nullopt;
}

}  // namespace dynamic_reload
