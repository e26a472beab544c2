#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "os/image_traits.h"
#include "os/pe_image.h"

namespace dynamic_reload {

namespace {

constexpr std::array<std::string_view, 9> kStartThreads = {
    "CreateThread",      "CreateRemoteThread",   "_beginthread",
    "_beginthreadex",    "CreateThreadpoolWork", "TrySubmitThreadpoolCallback",
    "QueueUserWorkItem", "pthread_create",       "thrd_create"};

bool StartsThreads(const PeImage::Import& import) {
  return std::any_of(import.symbols.begin(), import.symbols.end(), [](const std::string& symbol) {
    return std::find(kStartThreads.begin(), kStartThreads.end(), symbol) != kStartThreads.end();
  });
}

}  // namespace

// A file of Windows cannot ask to stay, nor share symbols with the next version.
std::optional<ImageTraits> ReadImageTraits(const File& file) {
  const auto image = PeImage::Read(file);
  const auto identity = file.Identity();
  if (!image || !identity.ok()) return std::nullopt;

  ImageTraits traits;
  for (PeImage::Import& import : image->Imports()) {
    traits.starts_threads |= StartsThreads(import);
    traits.needed.push_back(std::move(import.module));
  }
  traits.file_size = identity.value().size;
  traits.loadable_size = image->optional_header().image_size;
  return traits;
}

}  // namespace dynamic_reload
