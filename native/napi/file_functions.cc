#include "napi/file_functions.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "base/path.h"
#include "napi/errors.h"
#include "napi/image_object.h"
#include "os/exports.h"
#include "os/image_patch.h"
#include "os/image_traits.h"

namespace dynamic_reload {

namespace {

// `NativeExport` in binding.d.ts.
const char* NameOf(ExportKind kind) {
  switch (kind) {
    case ExportKind::kFunction:
      return "function";
    case ExportKind::kVariable:
      return "variable";
    case ExportKind::kThreadLocal:
      return "thread-local";
    case ExportKind::kOther:
      break;
  }
  return "other";
}

Napi::Object ToObject(Napi::Env env, const Export& exported) {
  auto object = Napi::Object::New(env);
  object.Set("name", exported.name);
  object.Set("kind", NameOf(exported.kind));
  object.Set("size", static_cast<double>(exported.size));
  object.Set("isWritable", exported.is_writable);
  return object;
}

Napi::Value ExportsOf(const Napi::CallbackInfo& info) {
  const auto file = File::Open(info[0].As<Napi::String>(), ErrorCode::kLibraryLoad);
  const auto exports = file.ok() ? ReadExports(file.value()) : std::nullopt;
  if (!exports) return info.Env().Null();
  auto list = Napi::Array::New(info.Env(), exports->size());
  uint32_t index = 0;
  for (const Export& exported : *exports) list.Set(index++, ToObject(info.Env(), exported));
  return list;
}

Napi::Value InitialValueOf(const Napi::CallbackInfo& info) {
  const auto file = File::Open(info[0].As<Napi::String>(), ErrorCode::kLibraryLoad);
  const auto value =
      file.ok() ? ReadInitialValue(file.value(), info[1].As<Napi::String>()) : std::nullopt;
  if (!value) return info.Env().Null();
  auto bytes = Napi::Uint8Array::New(info.Env(), value->bytes.size());
  if (!value->bytes.empty()) {
    std::memcpy(bytes.Data(), value->bytes.data(), value->bytes.size());
  }
  auto object = Napi::Object::New(info.Env());
  object.Set("bytes", bytes);
  object.Set("hasAddress", value->has_address);
  return object;
}

Napi::Value TraitsOf(const Napi::CallbackInfo& info) {
  const auto file = File::Open(info[0].As<Napi::String>(), ErrorCode::kLibraryLoad);
  const auto traits = file.ok() ? ReadImageTraits(file.value()) : std::nullopt;
  return ToObject(info.Env(), traits.value_or(ImageTraits()));
}

void PatchCopyOf(const Napi::CallbackInfo& info) {
  PatchOptions options;
  options.keep_unique = info[2].ToBoolean();
  const std::string original = info[1].As<Napi::String>();
  NameChanges names;
  names.origin = DirectoryIn(original);
  const Status patched = PatchCopy(info[0].As<Napi::String>(), options, names);
  if (patched.ok()) return;
  Error error = patched.error();
  error.destination = std::exchange(error.path, original);
  Throw(info.Env(), MakeError(info.Env(), error));
}

}  // namespace

Napi::Object DefineFileFunctions(Napi::Env env) {
  auto files = Napi::Object::New(env);
  files.Set("exports", Napi::Function::New<ExportsOf>(env));
  files.Set("initialValue", Napi::Function::New<InitialValueOf>(env));
  files.Set("traits", Napi::Function::New<TraitsOf>(env));
  files.Set("patch", Napi::Function::New<PatchCopyOf>(env));
  return files;
}

}  // namespace dynamic_reload
