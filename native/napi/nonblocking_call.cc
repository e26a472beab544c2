#include "napi/nonblocking_call.h"

#include <utility>

#include "napi/image.h"

namespace dynamic_reload {

namespace {

// One call on its way. Owned by its napi_async_work until OnComplete(), which always runs: also
// when the environment ends first, since that waits for the pool.
class NonblockingCall {
 public:
  NonblockingCall(std::shared_ptr<const SymbolFunction> function, napi_deferred deferred)
      : function_(std::move(function)), deferred_(deferred) {}

  NonblockingCall(const NonblockingCall&) = delete;
  NonblockingCall& operator=(const NonblockingCall&) = delete;

  CallArguments& arguments() { return arguments_; }

  // Takes this object over. False when the system has no more work to give out.
  bool Start(napi_env env, const std::vector<napi_value>& values) {
    napi_value name = nullptr;
    napi_create_string_utf8(env, "dynamic-reload:call", NAPI_AUTO_LENGTH, &name);
    if (napi_create_async_work(env, nullptr, name, OnExecute, OnComplete, this, &work_) !=
        napi_ok) {
      return false;
    }
    target_ = function_->slot->address();
    image_ = function_->slot->image();
    image_->Pin();
    KeepBuffers(env, values);
    if (napi_queue_async_work(env, work_) == napi_ok) return true;
    Release(env);
    return false;
  }

 private:
  // C reads the bytes of buffers where they are; a reference keeps those who own them.
  void KeepBuffers(napi_env env, const std::vector<napi_value>& values) {
    for (const napi_value value : values) {
      napi_valuetype type = napi_undefined;
      napi_typeof(env, value, &type);
      napi_ref reference = nullptr;
      if (type == napi_object && napi_create_reference(env, value, 1, &reference) == napi_ok) {
        buffers_.push_back(reference);
      }
    }
  }

  void Release(napi_env env) {
    for (const napi_ref buffer : buffers_) napi_delete_reference(env, buffer);
    napi_delete_async_work(env, work_);
    image_->Unpin();
  }

  static void OnExecute(napi_env /*env*/, void* data) {  // On a thread of the pool.
    auto* self = static_cast<NonblockingCall*>(data);
    self->bits_ = Call(self->function_->plan, self->target_, self->arguments_.registers);
  }

  static void OnComplete(napi_env env, napi_status status, void* data) {
    const std::unique_ptr<NonblockingCall> self(static_cast<NonblockingCall*>(data));
    // Cancelled: the environment ends, and nobody can hear the answer.
    if (status == napi_ok) {
      // A string lies in the library, so it is read before the library may go.
      const napi_value result = FromBits(env, self->function_->plan.result, self->bits_);
      napi_resolve_deferred(env, self->deferred_, result);
    }
    self->Release(env);
  }

  const std::shared_ptr<const SymbolFunction> function_;
  const napi_deferred deferred_;
  CallArguments arguments_;
  void* target_ = nullptr;
  std::shared_ptr<Image> image_;
  std::vector<napi_ref> buffers_;
  napi_async_work work_ = nullptr;
  uint64_t bits_ = 0;
};

}  // namespace

napi_value StartNonblockingCall(napi_env env, const std::shared_ptr<const SymbolFunction>& function,
                                const std::vector<napi_value>& values) {
  napi_deferred deferred = nullptr;
  napi_value promise = nullptr;
  if (napi_create_promise(env, &deferred, &promise) != napi_ok) return nullptr;
  auto call = std::make_unique<NonblockingCall>(function, deferred);
  napi_value error = WriteArguments(env, *function, values, call->arguments());
  if (error == nullptr) {
    if (call->Start(env, values)) {
      static_cast<void>(call.release());  // It owns itself now.
      return promise;
    }
    error = MakeError(env, SymbolError{ErrorCode::kInvalidState, function->slot->symbol(), "",
                                       "the thread pool takes no more calls"});
  }
  napi_reject_deferred(env, deferred, error);
  return promise;
}

}  // namespace dynamic_reload
