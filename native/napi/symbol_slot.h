// The one mutable address that a function or a variable of a library goes through.

#ifndef DYNAMIC_RELOAD_NAPI_SYMBOL_SLOT_H_
#define DYNAMIC_RELOAD_NAPI_SYMBOL_SLOT_H_

#include <node_api.h>

#include <memory>
#include <string>
#include <utility>

#include "napi/errors.h"
#include "napi/image.h"

namespace dynamic_reload {

// A reload binds the slot to the new version; functions that use the slot never change. Whoever
// uses it checks the address: one load and one compare. JavaScript thread only.
class SymbolSlot {
 public:
  enum class Unbound {
    kClosed,     // The library was closed, or never opened.
    kMissing,    // The current version does not export the symbol.
    kSuspended,  // No version is loaded at the moment: the old one was closed before the next is
                 // opened.
    kReplaced,   // It was the address of something in a version that is not the current one any
                 // more.
  };

  // `library` is the path of the original, for errors.
  SymbolSlot(std::string symbol, std::string library)
      : symbol_(std::move(symbol)), library_(std::move(library)) {}
  ~SymbolSlot() { Unbind(Unbound::kClosed); }

  SymbolSlot(const SymbolSlot&) = delete;
  SymbolSlot& operator=(const SymbolSlot&) = delete;

  const std::string& symbol() const { return symbol_; }
  void* address() const { return address_; }                      // Null while unbound.
  const std::shared_ptr<Image>& image() const { return image_; }  // Null while unbound.
  bool is_missing() const { return address_ == nullptr && reason_ == Unbound::kMissing; }

  // A closed image leaves the slot unbound.
  void Bind(std::shared_ptr<Image> image, void* address) {
    if (image->library() == nullptr) return Unbind(Unbound::kClosed);
    image->Pin();
    Unbind(Unbound::kClosed);
    image_ = std::move(image);
    address_ = address;
  }

  void Unbind(Unbound reason) {
    reason_ = reason;
    address_ = nullptr;
    // The image may be closed here, which must find this slot done with it.
    if (const auto image = std::exchange(image_, nullptr)) image->Unpin();
  }

  // Why it cannot be used. REQUIRES: unbound
  napi_value MakeUnboundError(napi_env env) const {
    switch (reason_) {
      case Unbound::kMissing:
        return MakeItsError(env, ErrorCode::kSymbolNotFound, "");
      case Unbound::kSuspended:
        return MakeItsError(env, ErrorCode::kInvalidState,
                            "no version of its library is loaded now");
      case Unbound::kReplaced:
        return MakeItsError(env, ErrorCode::kLibraryClosed, "it is of an older version");
      case Unbound::kClosed:
        break;
    }
    return MakeItsError(env, ErrorCode::kLibraryClosed, "");
  }

 private:
  napi_value MakeItsError(napi_env env, ErrorCode code, const char* why) const {
    return MakeError(env, SymbolError{code, symbol_, library_, why});
  }

  const std::string symbol_;
  const std::string library_;
  void* address_ = nullptr;
  std::shared_ptr<Image> image_;
  Unbound reason_ = Unbound::kClosed;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_SYMBOL_SLOT_H_
