// `Image` in binding.d.ts.

#ifndef DYNAMIC_RELOAD_NAPI_IMAGE_OBJECT_H_
#define DYNAMIC_RELOAD_NAPI_IMAGE_OBJECT_H_

#include <napi.h>

#include <memory>
#include <string>

#include "napi/image.h"

namespace dynamic_reload {

class ImageObject : public Napi::ObjectWrap<ImageObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit ImageObject(const Napi::CallbackInfo& info);

  const std::shared_ptr<Image>& image() const { return image_; }

 private:
  Napi::Value Path(const Napi::CallbackInfo& info);
  Napi::Value Find(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  std::shared_ptr<Image> image_;  // Null when the constructor threw.
  std::string path_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_IMAGE_OBJECT_H_
