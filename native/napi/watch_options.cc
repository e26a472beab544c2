#include "napi/watch_options.h"

#include <chrono>
#include <cstdint>

namespace dynamic_reload {

namespace {

CopyExtent ExtentOf(const Napi::Value& name) {
  const bool is_loadable = name.IsString() && name.As<Napi::String>().Utf8Value() == "loadable";
  return is_loadable ? CopyExtent::kLoadable : CopyExtent::kFull;
}

}  // namespace

std::vector<std::string> ShadowParentsOf(const Napi::Value& value) {
  if (value.IsString()) return {value.As<Napi::String>()};
  std::vector<std::string> parents;
  const auto array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); ++i) {
    parents.push_back(array.Get(i).As<Napi::String>());
  }
  return parents;
}

WatchMode WatchModeOf(const Napi::Value& name) {
  const std::string mode = name.IsString() ? name.As<Napi::String>().Utf8Value() : "auto";
  if (mode == "events") return WatchMode::kEvents;
  return mode == "poll" ? WatchMode::kPoll : WatchMode::kAuto;
}

LibraryMonitor::Options WatchOptionsOf(const Napi::Value& value) {
  LibraryMonitor::Options options;
  if (!value.IsObject()) return options;
  const auto object = value.As<Napi::Object>();
  options.patch.keep_unique = object.Get("keepUnique").ToBoolean();
  options.patch.later = object.Get("patchLater").ToBoolean();
  options.extent = ExtentOf(object.Get("copy"));
  options.watch_dependencies = object.Get("watchDependencies").ToBoolean();
  options.wait_for_file = object.Get("waitForFile").ToBoolean();
  if (const Napi::Value settle = object.Get("settleMs"); settle.IsNumber()) {
    options.settle = std::chrono::milliseconds(settle.As<Napi::Number>().Int64Value());
  }
  return options;
}

}  // namespace dynamic_reload
