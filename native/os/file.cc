#include "os/file.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace dynamic_reload {

bool File::ReadAt(uint64_t offset, void* buffer, size_t size) const {
  if (content_.empty()) return ReadFromDisk(offset, buffer, size);
  if (offset > content_.size() || size > content_.size() - offset) return false;
  if (size > 0) std::memcpy(buffer, content_.data() + offset, size);
  return true;
}

void File::Remember() {
  constexpr uint64_t kSmall = 65536;
  const auto identity = Identity();
  if (!identity.ok() || identity.value().size > kSmall) return;
  std::vector<char> content(identity.value().size);
  if (ReadFromDisk(0, content.data(), content.size())) content_ = std::move(content);
}

bool File::Equals(const File& other) const {
  const auto own = Identity();
  const auto others = other.Identity();
  if (!own.ok() || !others.ok() || own.value().size != others.value().size) return false;
  constexpr uint64_t kChunk = 65536;
  std::vector<char> one(kChunk);
  std::vector<char> two(kChunk);
  const uint64_t size = own.value().size;
  for (uint64_t offset = 0; offset < size; offset += kChunk) {
    const size_t count = std::min(kChunk, size - offset);
    if (!ReadAt(offset, one.data(), count) || !other.ReadAt(offset, two.data(), count) ||
        std::memcmp(one.data(), two.data(), count) != 0) {
      return false;
    }
  }
  return true;
}

}  // namespace dynamic_reload
