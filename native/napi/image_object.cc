#include "napi/image_object.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "napi/call_engine.h"
#include "napi/errors.h"

namespace dynamic_reload {

namespace {

// `ResidentReason` in binding.d.ts.
const char* NameOf(ResidentReason reason) {
  switch (reason) {
    case ResidentReason::kUnique:
      return "unique";
    case ResidentReason::kNodelete:
      return "nodelete";
    case ResidentReason::kTlsDestructor:
      return "tls-destructor";
    case ResidentReason::kThread:
      return "thread";
    case ResidentReason::kDependents:
      return "dependents";
    case ResidentReason::kShared:
      return "shared";
    case ResidentReason::kGo:
      return "go";
    case ResidentReason::kObjc:
      return "objc";
    case ResidentReason::kMusl:
      return "musl";
  }
  return "";
}

// Not by Napi::Array, which throws while the environment ends.
napi_value ToArray(napi_env env, const ResidentReasons& reasons) {
  napi_value names = nullptr;
  napi_create_array(env, &names);
  uint32_t index = 0;
  for (const ResidentReason reason : reasons) {
    napi_value name = nullptr;
    napi_create_string_utf8(env, NameOf(reason), NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, names, index++, name);
  }
  return names;
}

}  // namespace

Napi::Object ToObject(Napi::Env env, const ImageTraits& traits) {
  auto needed = Napi::Array::New(env);
  uint32_t index = 0;
  for (const std::string& name : traits.needed) needed.Set(index++, name);
  auto object = Napi::Object::New(env);
  object.Set("hasUniqueSymbols", traits.has_unique_symbols);
  object.Set("isNodelete", traits.is_nodelete);
  object.Set("hasStaticTls", traits.has_static_tls);
  object.Set("hasTlsDestructors", traits.has_tls_destructors);
  object.Set("startsThreads", traits.starts_threads);
  object.Set("isGo", traits.is_go);
  object.Set("buildId", traits.build_id);
  object.Set("soname", traits.soname);
  object.Set("runpath", traits.runpath);
  object.Set("needed", needed);
  object.Set("fileSize", static_cast<double>(traits.file_size));
  object.Set("loadableSize", static_cast<double>(traits.loadable_size));
  return object;
}

Napi::Function ImageObject::Define(Napi::Env env) {
  return DefineClass(env, "Image",
                     {InstanceAccessor<&ImageObject::Path>("path"),
                      InstanceAccessor<&ImageObject::Number>("number"),
                      InstanceAccessor<&ImageObject::Traits>("traits"),
                      InstanceAccessor<&ImageObject::HasStaticTls>("hasStaticTls"),
                      InstanceMethod<&ImageObject::Find>("find"),
                      InstanceMethod<&ImageObject::IsNamedIn>("isNamedIn"),
                      InstanceMethod<&ImageObject::Close>("close"),
                      InstanceMethod<&ImageObject::CloseNow>("closeNow"),
                      InstanceMethod<&ImageObject::Reap>("reap")});
}

ImageObject::ImageObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ImageObject>(info) {
  std::optional<int> flags;
  if (info[2].IsNumber()) flags = info[2].As<Napi::Number>().Int32Value();
  std::unique_ptr<VersionHold> hold;
  if (info[3].IsExternal()) hold = std::move(*info[3].As<VersionHoldValue>().Data());
  const std::string original_path = info[1].As<Napi::String>();
  auto library = DynamicLibrary::Open(info[0].As<Napi::String>(), flags, original_path);
  if (!library.ok()) {
    Error error = library.error();
    error.path = original_path;
    Throw(info.Env(), MakeError(info.Env(), error));
    return;
  }
  path_ = library.value().LoadedPath();
  if (hold != nullptr) number_ = hold->number();
  CallEngine& calls = CallEngine::Of(info.Env());
  image_ = std::make_shared<Image>(std::move(library).value(), std::move(hold),
                                   [&calls](Image& image) { calls.PinForCalls(image); });
}

Napi::Value ImageObject::Number(const Napi::CallbackInfo& info) {
  if (!number_) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), *number_);
}

Napi::Value ImageObject::Path(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), path_);
}

Napi::Value ImageObject::Find(const Napi::CallbackInfo& info) {
  const DynamicLibrary* library = image_->library();
  if (library == nullptr) return info.Env().Null();
  const std::string symbol = info[0].As<Napi::String>();
  const std::string what = info[1].As<Napi::String>();
  void* address = what == "variable"   ? library->FindVariable(symbol)
                  : what == "anywhere" ? library->FindAnywhere(symbol)
                                       : library->Find(symbol);
  if (address == nullptr) return info.Env().Null();
  return Napi::BigInt::New(info.Env(), static_cast<uint64_t>(reinterpret_cast<uintptr_t>(address)));
}

Napi::Value ImageObject::Traits(const Napi::CallbackInfo& info) {
  if (!traits_) {
    const auto file = File::Open(path_, ErrorCode::kLibraryLoad);
    if (file.ok()) traits_ = ReadImageTraits(file.value());
  }
  return ToObject(info.Env(), traits_.value_or(ImageTraits()));
}

Napi::Value ImageObject::HasStaticTls(const Napi::CallbackInfo& info) {
  const DynamicLibrary* library = image_->library();
  return Napi::Boolean::New(info.Env(), library != nullptr && library->HasStaticTls());
}

void ImageObject::Close(const Napi::CallbackInfo& info) {
  auto on_closed =
      std::make_shared<Napi::FunctionReference>(Napi::Persistent(info[0].As<Napi::Function>()));
  image_->Close([on_closed](const ResidentReasons& reasons) {
    const Napi::Env env = on_closed->Env();
    const Napi::HandleScope scope(env);
    const napi_value resident = ToArray(env, reasons);
    // Not Call(), which throws: while the environment ends nobody can be told, and nobody need be.
    napi_call_function(env, env.Undefined(), on_closed->Value(), 1, &resident, nullptr);
  });
}

// An address is a word of its own, where words are: what begins with one, as variables do.
Napi::Value ImageObject::IsNamedIn(const Napi::CallbackInfo& info) {
  const DynamicLibrary* library = image_->library();
  const auto bytes = info[0].As<Napi::Uint8Array>();
  bool is_named = false;
  for (size_t at = 0; at + sizeof(uintptr_t) <= bytes.ByteLength(); at += sizeof(uintptr_t)) {
    uintptr_t word = 0;
    std::memcpy(&word, bytes.Data() + at, sizeof word);
    is_named |= library != nullptr && library->Contains(word);
  }
  return Napi::Boolean::New(info.Env(), is_named);
}

Napi::Value ImageObject::CloseNow(const Napi::CallbackInfo& info) {
  const auto reasons = image_->CloseNow();
  if (!reasons) return info.Env().Null();
  return {info.Env(), ToArray(info.Env(), *reasons)};
}

Napi::Value ImageObject::Reap(const Napi::CallbackInfo& info) {
  return {info.Env(), ToArray(info.Env(), image_->Reap())};
}

}  // namespace dynamic_reload
