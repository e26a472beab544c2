#include "os/shadow_directory.h"

#include "base/path.h"

namespace dynamic_reload {

namespace {

constexpr size_t kMaxName = 200;  // A file name has 255 bytes; the rest is for what we put before.

}  // namespace

Result<std::shared_ptr<ShadowDirectory>> ShadowDirectory::Create(const std::string& parent) {
  LockedDirectory::RemoveLeftOvers(parent);
  auto made = LockedDirectory::Make(parent);
  if (!made.ok()) return made.error();
  return std::shared_ptr<ShadowDirectory>(new ShadowDirectory(parent, std::move(made).value()));
}

Result<std::shared_ptr<ShadowDirectory>> ShadowDirectory::CreateInFirst(
    const std::vector<std::string>& parents) {
  auto first = Create(parents.front());
  if (first.ok()) return first;
  for (size_t i = 1; i < parents.size(); ++i) {
    if (auto other = Create(parents[i]); other.ok()) return other;
  }
  return first;
}

ShadowDirectory::~ShadowDirectory() { made_->Remove(); }

std::string ShadowDirectory::NextPath(const std::string& original_path) {
  const MutexLock lock(mutex_);
  if (!made_->IsInPlace()) {
    // Where that fails the copy fails, and says why.
    if (auto made = LockedDirectory::Make(parent_); made.ok()) made_ = std::move(made).value();
  }
  std::string name = NameIn(original_path);
  if (name.size() > kMaxName) name.erase(0, name.size() - kMaxName);
  return made_->path() + kPathSeparator + std::to_string(++copies_) + '-' + name;
}

}  // namespace dynamic_reload
