// What C calls when it calls a callback.

#ifndef DYNAMIC_RELOAD_NAPI_CALLBACK_RECEIVER_H_
#define DYNAMIC_RELOAD_NAPI_CALLBACK_RECEIVER_H_

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <thread>

#include "ffi/closure.h"
#include "napi/call_engine.h"
#include "napi/foreign_calls.h"

namespace dynamic_reload {

// Crosses from C to a JavaScript function that takes nothing and returns nothing: it reads the
// arguments from the scratch and writes the result there.
//
// JavaScript thread only, but for OnCall().
class CallbackReceiver {
 public:
  // How much of its caller's memory it touches. Never changes, so every thread may read it.
  struct Shape {
    size_t argument_words;  // How many words of the registers there are, up to the last argument.
    size_t result_size;

    static Shape Of(const CallPlan& plan);
    bool operator<(const Shape& other) const;
  };

  CallbackReceiver(CallEngine& engine, std::shared_ptr<ForeignCalls> foreign_calls, Shape shape);

  // From now on `closure`, which has this shape, calls `dispatch`. The function must be held by
  // somebody else: it leads to whoever has this.
  void Begin(std::unique_ptr<Closure> closure, const Napi::Function& dispatch);

  // From now on C gets zeros, and `on_dead_call` is called, if there is one and somebody holds it:
  // until another callback needs the address.
  void End(const Napi::Value& on_dead_call);

  void* address() const { return closure_->address(); }

 private:
  static void OnCall(void* context, const RegisterFile& registers, void* result);

  void ReceiveHere(const RegisterFile& registers, void* result);
  void ReceiveElsewhere(const RegisterFile& registers, void* result);
  void RunWithin(CallEngine& caller, const RegisterFile& registers, void* result);
  void RunAlone(const RegisterFile& registers, void* result, KeptException* kept);
  void Run(napi_value function, const RegisterFile& registers, void* result, KeptException& kept);
  void CallFrom(const Napi::Value& function);

  CallEngine& engine_;
  const std::shared_ptr<ForeignCalls> foreign_calls_;
  const Shape shape_;
  const std::thread::id thread_ = std::this_thread::get_id();
  std::unique_ptr<Closure> closure_;
  Napi::FunctionReference function_;  // Weak. What to call: `dispatch`, then `on_dead_call`.
  uint64_t function_number_ = 0;      // No other function of this environment has it.
  bool is_dead_ = false;
};

// All receivers of one environment. They stay until it ends, since a thread may be on its way into
// one whenever its callback is closed. There are no more than addresses, each with the shapes that
// it ever had: the next callback with the same address and shape gets the same receiver, so a
// thread that comes too late finds the function that its address has now.
class CallbackReceivers {
 public:
  CallbackReceivers(CallEngine& engine, std::shared_ptr<ForeignCalls> foreign_calls)
      : engine_(engine), foreign_calls_(std::move(foreign_calls)) {}

  std::shared_ptr<CallbackReceiver> Begin(std::unique_ptr<Closure> closure,
                                          const Napi::Function& dispatch);

 private:
  using Key = std::pair<void*, CallbackReceiver::Shape>;

  CallEngine& engine_;
  const std::shared_ptr<ForeignCalls> foreign_calls_;
  std::map<Key, std::shared_ptr<CallbackReceiver>> receivers_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_CALLBACK_RECEIVER_H_
