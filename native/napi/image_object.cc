#include "napi/image_object.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "napi/errors.h"

namespace dynamic_reload {

Napi::Function ImageObject::Define(Napi::Env env) {
  return DefineClass(
      env, "Image",
      {InstanceAccessor<&ImageObject::Path>("path"), InstanceMethod<&ImageObject::Find>("find"),
       InstanceMethod<&ImageObject::Close>("close")});
}

ImageObject::ImageObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ImageObject>(info) {
  std::optional<int> flags;
  if (info[2].IsNumber()) flags = info[2].As<Napi::Number>().Int32Value();
  auto library = DynamicLibrary::Open(info[0].As<Napi::String>(), flags);
  if (!library.ok()) {
    Error error = library.error();
    error.path = info[1].As<Napi::String>();
    Throw(info.Env(), MakeError(info.Env(), error));
    return;
  }
  path_ = library.value().LoadedPath();
  image_ = std::make_shared<Image>(std::move(library).value());
}

Napi::Value ImageObject::Path(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), path_);
}

Napi::Value ImageObject::Find(const Napi::CallbackInfo& info) {
  const DynamicLibrary* library = image_->library();
  void* address = library == nullptr ? nullptr : library->Find(info[0].As<Napi::String>());
  if (address == nullptr) return info.Env().Null();
  return Napi::BigInt::New(info.Env(), static_cast<uint64_t>(reinterpret_cast<uintptr_t>(address)));
}

void ImageObject::Close(const Napi::CallbackInfo& info) {
  auto on_closed =
      std::make_shared<Napi::FunctionReference>(Napi::Persistent(info[0].As<Napi::Function>()));
  image_->Close([on_closed] {
    const Napi::Env env = on_closed->Env();
    const Napi::HandleScope scope(env);
    // Not Call(), which throws: while the environment ends nobody can be told, and nobody need be.
    napi_call_function(env, env.Undefined(), on_closed->Value(), 0, nullptr, nullptr);
  });
}

}  // namespace dynamic_reload
