// Calls C functions with what JavaScript wrote into the scratch.

#ifndef DYNAMIC_RELOAD_NAPI_CALL_ENGINE_H_
#define DYNAMIC_RELOAD_NAPI_CALL_ENGINE_H_

#include <napi.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ffi/call_plan.h"
#include "napi/kept_exception.h"
#include "napi/running_call.h"
#include "napi/scratch.h"
#include "napi/symbol_slot.h"
#include "napi/text.h"

namespace dynamic_reload {

// What one JavaScript function calls.
struct CallTarget {
  std::shared_ptr<SymbolSlot> slot;
  std::shared_ptr<const CallPlan> plan;
  bool returns_text = false;
  KeptText kept_text;       // An argument.
  std::string last_result;  // A text result that JavaScript still has.
};

// One for each environment. JavaScript thread only, except where a method says otherwise.
class CallEngine {
 public:
  explicit CallEngine(napi_env env);
  ~CallEngine();

  CallEngine(const CallEngine&) = delete;
  CallEngine& operator=(const CallEngine&) = delete;

  // Every call asks, and finding it by napi_get_instance_data() takes a fifth of the time of a
  // short one.
  static CallEngine& Of(napi_env env) {
    if (env != first_env.load(std::memory_order_relaxed)) return OfAnother(env);
    return *first_engine;
  }

  napi_env env() const { return env_; }
  Scratch* scratch() const { return scratch_; }

  // The buffer that the scratch lies in, for JavaScript. However often it is asked for: a process
  // may load the package twice.
  Napi::Value ScratchBuffer();

  // Indices of removed targets are given out again.
  uint32_t AddTarget(CallTarget target);
  void RemoveTarget(uint32_t index);
  CallTarget& target(uint32_t index) { return *targets_[index].target; }

  // Keeps the image of a target loaded while its result is read, also when the function called back
  // and closed its library. Held and released like a stack.
  void Hold(uint32_t index) { held_.emplace_back(targets_[index].slot->image()); }
  void Release() {
    // The image may be closed at the end of this, which may make other calls.
    const ImagePin last = std::move(held_.back());
    held_.pop_back();
  }

  // Pins an image for each call in progress that runs in it.
  void PinForCalls(Image& image);

  // Calls the target that the scratch names, and leaves the status there. Then calls `take`, unless
  // there is no result; the image is still loaded.
  template <typename Take>
  void Call(Take take) {
    Scratch& scratch = *scratch_;
    const HotTarget& target = targets_[scratch.target];
    void* const address = target.slot->address();
    if (address == nullptr) {
      scratch.status = Scratch::kUnbound;
      return;
    }
    const CallInProgress call(*this, *target.slot->image());
    *error_number_ = scratch.error_number;
    if (target.invoke != nullptr) {
      target.invoke(address, scratch.registers, scratch.result);
    } else {
      InvokeForLargeResult(*target.target, address);
    }
    scratch.error_number = *error_number_;
    if (exception_.exists()) {
      scratch.status = Scratch::kThrew;
    } else {
      take();
    }
  }

  // What JavaScript gets from now on lies outside of the scope of callbacks. In a `take`.
  void LeaveCallbacks() { running_->LeaveCallbacks(); }

  // Calls with arguments of one's own, through a slot that is bound.
  void CallDirectly(const SymbolSlot& slot, const CallPlan& plan, const RegisterFile& registers,
                    void* result);

  // Lets `call` call the address that the slot has now, `count` times or until a callback throws.
  template <typename Call>
  void Repeat(const SymbolSlot& slot, size_t count, Call call) {
    const CallInProgress progress(*this, *slot.image());
    void* const address = slot.address();
    *error_number_ = scratch_->error_number;
    for (size_t i = 0; i < count && !exception_.exists(); ++i) call(address);
    scratch_->error_number = *error_number_;
    if (exception_.exists()) scratch_->status = Scratch::kThrew;
  }

  // Where a callback on this thread comes from: the engine with the call that C is in, which may be
  // that of another copy of the package. Null when C runs for another reason, such as the
  // destructor of a library that a callback unloads.
  CallEngine* FindCaller() { return running_->exists() ? this : FindOtherCaller(); }

  // While a callback runs JavaScript, C is in no call until JavaScript makes another.
  class Pause {
   public:
    explicit Pause(CallEngine& engine) : engine_(engine), next_(engine.running_) {
      engine.running_ = &next_;
    }
    ~Pause() { engine_.running_ = next_.outer(); }

    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

    RunningCall& paused() { return *next_.outer(); }

   private:
    CallEngine& engine_;
    RunningCall next_;
  };

  // Of a callback in the innermost call.
  KeptException& exception() { return exception_; }
  bool has_exception() const { return exception_.exists(); }
  void ThrowException() { napi_throw(env_, exception_.Take()); }
  // For functions that callbacks call. From 1.
  uint64_t NextFunctionNumber() { return ++last_function_number_; }
  // Throws what a status means, and sets it back.
  void ThrowStatus(uint32_t index);

 private:
  // What every call looks at, side by side.
  struct HotTarget {
    SymbolSlot* slot;
    Invoke invoke;  // Null when the result is too large for the scratch to take while C runs.
    std::unique_ptr<CallTarget> target;
  };

  // The first environment of the process that is still there: the main thread's, as a rule. Only
  // its own thread finds that `first_env` is its env, and nobody else looks at `first_engine`.
  static std::atomic<napi_env> first_env;
  static CallEngine* first_engine;
  static CallEngine& OfAnother(napi_env env);

  // The one that runs. There is none yet: JavaScript got here out of a callback, or not out of C.
  class CallInProgress {
   public:
    CallInProgress(CallEngine& engine, Image& image) : call_(*engine.running_) {
      call_.Begin(image);
    }
    ~CallInProgress() { call_.End(); }

    CallInProgress(const CallInProgress&) = delete;
    CallInProgress& operator=(const CallInProgress&) = delete;

   private:
    RunningCall& call_;
  };

  void InvokeForLargeResult(const CallTarget& target, void* address);
  CallEngine* FindOtherCaller() const;

  const napi_env env_;
  int* const error_number_;  // Where this thread has its errno: asking each time takes a while.
  Napi::ObjectReference buffer_;
  Scratch* scratch_ = nullptr;
  std::vector<HotTarget> targets_;
  std::vector<uint32_t> free_;
  std::vector<ImagePin> held_;
  RunningCall outermost_{nullptr};
  RunningCall* running_ = &outermost_;
  KeptException exception_;
  uint64_t last_function_number_ = 0;
  CallEngine* next_of_thread_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_CALL_ENGINE_H_
