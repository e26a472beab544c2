// `Image` in binding.d.ts.

#ifndef DYNAMIC_RELOAD_NAPI_IMAGE_OBJECT_H_
#define DYNAMIC_RELOAD_NAPI_IMAGE_OBJECT_H_

#include <napi.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "napi/image.h"
#include "os/image_traits.h"

namespace dynamic_reload {

// `NativeImageTraits` in binding.d.ts.
Napi::Object ToObject(Napi::Env env, const ImageTraits& traits);

// `NativeHold` in binding.d.ts. Empty once an image took it over.
using VersionHoldValue = Napi::External<std::unique_ptr<VersionHold>>;

class ImageObject : public Napi::ObjectWrap<ImageObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit ImageObject(const Napi::CallbackInfo& info);

  const std::shared_ptr<Image>& image() const { return image_; }

 private:
  Napi::Value Path(const Napi::CallbackInfo& info);
  Napi::Value Number(const Napi::CallbackInfo& info);
  Napi::Value Find(const Napi::CallbackInfo& info);
  Napi::Value IsNamedIn(const Napi::CallbackInfo& info);
  Napi::Value CloseNow(const Napi::CallbackInfo& info);
  Napi::Value Traits(const Napi::CallbackInfo& info);
  Napi::Value HasStaticTls(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);
  Napi::Value Reap(const Napi::CallbackInfo& info);

  std::shared_ptr<Image> image_;  // Null when the constructor threw.
  std::string path_;
  std::optional<uint32_t> number_;     // Of a shared version.
  std::optional<ImageTraits> traits_;  // Read when first asked for.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_IMAGE_OBJECT_H_
