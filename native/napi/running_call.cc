#include "napi/running_call.h"

#include <utility>

namespace dynamic_reload {

namespace {

// After so many callbacks their handles are let go.
constexpr int kCallbacksPerScope = 64;

}  // namespace

void RunningCall::Pin(Image& image) {
  if (image_ != &image || is_pinned_) return;
  is_pinned_ = true;
  has_more_ = true;
  image.Pin();
}

bool RunningCall::EnterCallback(napi_env env) {
  if (scope_ != nullptr && uses_ < kCallbacksPerScope) {
    ++uses_;
    return true;
  }
  LeaveCallbacks();
  env_ = env;
  uses_ = 1;
  function_number_ = 0;
  has_more_ = true;
  return napi_open_handle_scope(env, &scope_) == napi_ok;
}

void RunningCall::CloseScope() { napi_close_handle_scope(env_, std::exchange(scope_, nullptr)); }

// The image may be closed here, which must find this call done.
void RunningCall::EndMore() {
  LeaveCallbacks();
  Image* const image = std::exchange(image_, nullptr);
  has_more_ = false;
  if (std::exchange(is_pinned_, false)) image->Unpin();
}

}  // namespace dynamic_reload
