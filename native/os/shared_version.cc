#include "os/shared_version.h"

#include "os/loaded_objects.h"
#include "os/shadow_copy.h"

namespace dynamic_reload {

SharedVersion::SharedVersion(uint32_t number, std::string path,
                             std::shared_ptr<ShadowDirectory> directory)
    : number_(number), path_(std::move(path)), directory_(std::move(directory)) {}

SharedVersion::~SharedVersion() {
  DeleteCopy(path_);
  std::vector<std::function<void()>> on_gone;
  {
    const MutexLock lock(mutex_);
    on_gone.swap(on_gone_);
  }
  for (const auto& tell : on_gone) tell();
}

bool SharedVersion::Enter() {
  const MutexLock lock(mutex_);
  if (holders_ == 0) return false;
  ++holders_;
  return true;
}

bool SharedVersion::is_open() const {
  const MutexLock lock(mutex_);
  return holders_ > 0;
}

SharedVersion::Departure SharedVersion::Leave(DynamicLibrary* opened,
                                              std::function<void()> on_gone) {
  const MutexLock lock(mutex_);
  if (--holders_ == 0) return {true, std::exchange(left_, {})};
  if (opened != nullptr) left_.push_back(opened->HandOver());
  if (on_gone != nullptr) on_gone_.push_back(std::move(on_gone));
  return {false, {}};
}

// Nothing was opened, or not closed by Close(): the one who opened it last does that.
VersionHold::~VersionHold() {
  if (version_ == nullptr || is_last_) return;
  SharedVersion::Departure departure = version_->Leave(nullptr, nullptr);
  for (size_t i = 1; i < departure.left.size(); ++i) departure.left[i].GiveBack();
}

ResidentReasons VersionHold::Close(DynamicLibrary& image) {
  if (version_ == nullptr) return CloseAfterOthers(image);
  if (!is_last_) {
    image.Traits();  // As long as there is a file.
    SharedVersion::Departure departure = version_->Leave(&image, on_gone_);
    if (!departure.is_last) {
      others_ = version_;
      version_.reset();
      return {ResidentReason::kShared};
    }
    is_last_ = true;
    for (DynamicLibrary& handle : departure.left) handle.GiveBack();
  }
  ResidentReasons reasons = image.Close();
  if (reasons.empty()) version_.reset();
  return reasons;
}

// As long as there are others it is not touched: a handle, even for a moment, would make it look
// used to the last of them.
ResidentReasons VersionHold::CloseAfterOthers(DynamicLibrary& image) {
  const AddressRange range = RangeOfLoadedObject(image.LoadedPath());
  if (!others_.expired() && range.begin != range.end) return {ResidentReason::kShared};
  return image.Close();
}

}  // namespace dynamic_reload
