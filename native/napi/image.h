// One loaded version of a library, and who still needs it.

#ifndef DYNAMIC_RELOAD_NAPI_IMAGE_H_
#define DYNAMIC_RELOAD_NAPI_IMAGE_H_

#include <functional>
#include <optional>
#include <utility>

#include "os/dynamic_library.h"

namespace dynamic_reload {

// Stays loaded until it was asked to close *and* the last pin is gone. A pin is a symbol slot that
// points into it or a call that runs in it. So a mistake in the layers above keeps a library
// loaded; it never lets a call reach unmapped code. JavaScript thread only.
class Image {
 public:
  explicit Image(DynamicLibrary library) : library_(std::move(library)) {}

  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  // Null once closed.
  const DynamicLibrary* library() const { return library_ ? &*library_ : nullptr; }

  void Pin() { ++pins_; }
  void Unpin() {
    --pins_;
    CloseIfFree();
  }

  // `on_closed` runs once the library was given back to the system; maybe now, maybe in an Unpin().
  void Close(std::function<void()> on_closed) {
    on_closed_ = std::move(on_closed);
    CloseIfFree();
  }

 private:
  void CloseIfFree() {
    if (pins_ > 0 || !on_closed_) return;
    library_.reset();
    std::exchange(on_closed_, nullptr)();
  }

  std::optional<DynamicLibrary> library_;
  int pins_ = 0;
  std::function<void()> on_closed_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_IMAGE_H_
