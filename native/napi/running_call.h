// The call that is in C at the moment.

#ifndef DYNAMIC_RELOAD_NAPI_RUNNING_CALL_H_
#define DYNAMIC_RELOAD_NAPI_RUNNING_CALL_H_

#include <napi.h>

#include <cstdint>

#include "napi/image.h"

namespace dynamic_reload {

class CallEngine;

// Begins and ends with every call, so that is little work: there is more only once there was a
// callback, or the image is about to go. JavaScript thread only.
class RunningCall {
 public:
  // `outer` is the one that a callback of which makes this.
  explicit RunningCall(RunningCall* outer) : outer_(outer) {}

  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;

  RunningCall* outer() const { return outer_; }
  bool exists() const { return image_ != nullptr; }

  void Begin(Image& image) { image_ = &image; }
  void End() {
    if (has_more_) EndMore();
    image_ = nullptr;
  }

  // Keeps the image loaded until the call ends, if it runs in that one.
  void Pin(Image& image);

  // Opens a handle scope for a callback, or goes on with the one of the callback before: opening
  // one takes longer than most of what a callback does. Returns false when that failed.
  bool EnterCallback(napi_env env);

  // What the reference leads to. The handle is kept as long as the scope, by the number, not 0,
  // that only this function has of those of its engine: C may also call back to another copy of the
  // package.
  napi_value FunctionOf(const CallEngine& engine, uint64_t number,
                        const Napi::FunctionReference& function) {
    if (function_number_ != number || function_engine_ != &engine) {
      function_number_ = number;
      function_engine_ = &engine;
      function_ = function.Value();
    }
    return function_;
  }

  // There are no callbacks any more.
  void LeaveCallbacks() {
    if (scope_ != nullptr) CloseScope();
  }

 private:
  void CloseScope();
  void EndMore();

  RunningCall* const outer_;
  Image* image_ = nullptr;
  bool has_more_ = false;  // A scope, or a pin.
  bool is_pinned_ = false;
  napi_handle_scope scope_ = nullptr;
  // These mean something while there is a scope.
  napi_env env_ = nullptr;
  int uses_ = 0;
  uint64_t function_number_ = 0;
  const CallEngine* function_engine_ = nullptr;
  napi_value function_ = nullptr;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_RUNNING_CALL_H_
