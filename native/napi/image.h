// One loaded version of a library, and who still needs it.

#ifndef DYNAMIC_RELOAD_NAPI_IMAGE_H_
#define DYNAMIC_RELOAD_NAPI_IMAGE_H_

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "os/dynamic_library.h"
#include "os/shared_version.h"

namespace dynamic_reload {

// Stays loaded until it was asked to close *and* the last pin is gone. A pin is a symbol slot that
// points into it or a call that runs in it. So a mistake in the layers above keeps a library
// loaded; it never lets a call reach unmapped code. JavaScript thread only.
//
// A call begins through a slot, whose pin does for both. Only when the last pin goes do the calls
// in progress take pins of their own: calls are many, and this is rare.
class Image : public std::enable_shared_from_this<Image> {
 public:
  // `pin_for_calls` pins it for each call in progress that runs in it.
  // `hold` is null when no other environment can use it.
  Image(DynamicLibrary library, std::unique_ptr<VersionHold> hold,
        std::function<void(Image&)> pin_for_calls)
      : hold_(std::move(hold)),
        library_(std::move(library)),
        pin_for_calls_(std::move(pin_for_calls)) {}
  ~Image() {
    if (library_ && hold_ != nullptr) hold_->Close(*library_);
  }

  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  // Null once closed.
  const DynamicLibrary* library() const { return library_ ? &*library_ : nullptr; }

  // Whoever holds a pin need not hold the object: it stays.
  void Pin() {
    if (pins_++ == 0) self_ = shared_from_this();
  }
  void Unpin() {
    if (--pins_ > 0) return;
    const auto self = std::exchange(self_, nullptr);
    pin_for_calls_(*this);
    CloseIfFree();
  }

  // `on_closed` runs once the library was given back to the system, or could not be; maybe now,
  // maybe in an Unpin().
  void Close(std::function<void(const ResidentReasons&)> on_closed) {
    on_closed_ = std::move(on_closed);
    CloseIfFree();
  }

  // Closes it if that can be done at once. Else nothing happens.
  std::optional<ResidentReasons> CloseNow() {
    if (pins_ > 0 || !library_) return std::nullopt;
    resident_ = std::exchange(library_, std::nullopt);
    return Reap();
  }

  // Tries once more to unload what was closed and stayed.
  ResidentReasons Reap() {
    if (!resident_) return {};
    ResidentReasons reasons = hold_ != nullptr ? hold_->Close(*resident_) : resident_->Close();
    if (reasons.empty()) resident_.reset();
    return reasons;
  }

 private:
  void CloseIfFree() {
    if (pins_ > 0 || !on_closed_) return;
    resident_ = std::exchange(library_, std::nullopt);
    const ResidentReasons reasons = Reap();
    std::exchange(on_closed_, nullptr)(reasons);
  }

  const std::unique_ptr<VersionHold> hold_;
  std::optional<DynamicLibrary> library_;
  std::optional<DynamicLibrary> resident_;  // Closed, and nobody finds anything in it any more.
  const std::function<void(Image&)> pin_for_calls_;
  int pins_ = 0;
  std::shared_ptr<Image> self_;  // While there are pins.
  std::function<void(const ResidentReasons&)> on_closed_;
};

// A pin for as long as this object lives. There may be no image.
class ImagePin {
 public:
  explicit ImagePin(std::shared_ptr<Image> image) : image_(std::move(image)) {
    if (image_ != nullptr) image_->Pin();
  }
  ~ImagePin() {
    if (image_ != nullptr) image_->Unpin();
  }

  ImagePin(ImagePin&&) = default;  // What was moved from has no image.
  ImagePin& operator=(ImagePin&&) = delete;

 private:
  std::shared_ptr<Image> image_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_IMAGE_H_
