#include "napi/callback_receiver.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>
#include <utility>

#include "napi/kept_exception.h"

namespace dynamic_reload {

CallbackReceiver::Shape CallbackReceiver::Shape::Of(const CallPlan& plan) {
  constexpr size_t kWord = sizeof(uint64_t);
  size_t end = 0;
  for (const ArgumentPlan& argument : plan.arguments) {
    for (const Move& move : argument.moves) end = std::max<size_t>(end, move.to + move.size);
  }
  return {(end + kWord - 1) / kWord, plan.result.is_aggregate ? plan.result.size : kWord};
}

bool CallbackReceiver::Shape::operator<(const Shape& other) const {
  return std::tie(argument_words, result_size) < std::tie(other.argument_words, other.result_size);
}

CallbackReceiver::CallbackReceiver(CallEngine& engine, std::shared_ptr<ForeignCalls> foreign_calls,
                                   Shape shape)
    : engine_(engine), foreign_calls_(std::move(foreign_calls)), shape_(shape) {}

void CallbackReceiver::Begin(std::unique_ptr<Closure> closure, const Napi::Function& dispatch) {
  closure_ = std::move(closure);
  CallFrom(dispatch);
  is_dead_ = false;
  closure_->Publish(&OnCall, this);
}

void CallbackReceiver::End(const Napi::Value& on_dead_call) {
  CallFrom(on_dead_call);
  is_dead_ = true;
  closure_->Offer();
}

void CallbackReceiver::CallFrom(const Napi::Value& function) {
  function_.Reset();
  if (!function.IsEmpty() && function.IsFunction()) {
    function_ = Napi::Weak(function.As<Napi::Function>());
  }
  function_number_ = engine_.NextFunctionNumber();
}

void CallbackReceiver::OnCall(void* context, const RegisterFile& registers, void* result) {
  auto* self = static_cast<CallbackReceiver*>(context);
  if (std::this_thread::get_id() == self->thread_) return self->ReceiveHere(registers, result);
  self->ReceiveElsewhere(registers, result);
}

// Afterwards C finds the errno that it left, or that of the calls inside; never that of Node.js.
void CallbackReceiver::ReceiveHere(const RegisterFile& registers, void* result) {
  Scratch& scratch = *engine_.scratch();
  scratch.error_number = errno;
  if (CallEngine* const caller = engine_.FindCaller()) {
    RunWithin(*caller, registers, result);
  } else {
    RunAlone(registers, result, nullptr);
  }
  errno = scratch.error_number;
}

// The registers are read before any code of the user runs, so before somebody can end the wait. But
// the environment may end during it, and this object with it.
void CallbackReceiver::ReceiveElsewhere(const RegisterFile& registers, void* result) {
  const int error_number = errno;
  const auto foreign_calls = foreign_calls_;
  const auto kept = ExceptionsOfThread::Receiver();
  foreign_calls->RunAndWait(
      [this, &registers, kept](void* buffer) { RunAlone(registers, buffer, kept.get()); }, result,
      shape_.result_size);
  errno = error_number;
}

// In a blocking call. After an exception the C function only has to come to its end.
void CallbackReceiver::RunWithin(CallEngine& caller, const RegisterFile& registers, void* result) {
  if (caller.exception().exists()) return;
  CallEngine::Pause pause(caller);
  RunningCall& call = pause.paused();
  if (!call.EnterCallback(engine_.env())) return;
  const napi_value function = call.FunctionOf(engine_, function_number_, function_);
  Run(function, registers, result, caller.exception());
}

// In no call that we know, or in a nonblocking one, which has `kept`.
void CallbackReceiver::RunAlone(const RegisterFile& registers, void* result, KeptException* kept) {
  if (kept != nullptr && kept->exists()) return;
  const Napi::HandleScope scope(engine_.env());
  KeptException own;
  Run(function_.Value(), registers, result, kept != nullptr ? *kept : own);
  // Nobody but the process can hear of it.
  if (own.exists()) napi_fatal_exception(engine_.env(), own.Take());
}

void CallbackReceiver::Run(napi_value function, const RegisterFile& registers, void* result,
                           KeptException& kept) {
  if (function == nullptr) return;
  Scratch& scratch = *engine_.scratch();
  // Most arguments and results are a word or two, for which a general copy takes long.
  for (size_t i = 0; i < shape_.argument_words; ++i) {
    scratch.callback_registers.words[i] = registers.words[i];
  }
  const bool was_dead = is_dead_;
  const napi_env env = engine_.env();
  if (napi_call_function(env, function, function, 0, nullptr, nullptr) != napi_ok) {
    kept.KeepPending(env);
  } else if (was_dead) {
    return;
  } else if (shape_.result_size == sizeof(uint64_t)) {
    std::memcpy(result, scratch.callback_result, sizeof(uint64_t));
  } else {
    std::memcpy(result, scratch.callback_result, shape_.result_size);
  }
}

std::shared_ptr<CallbackReceiver> CallbackReceivers::Begin(std::unique_ptr<Closure> closure,
                                                           const Napi::Function& dispatch) {
  const auto shape = CallbackReceiver::Shape::Of(closure->plan());
  auto& receiver = receivers_[{closure->address(), shape}];
  if (receiver == nullptr) {
    receiver = std::make_shared<CallbackReceiver>(engine_, foreign_calls_, shape);
  }
  receiver->Begin(std::move(closure), dispatch);
  return receiver;
}

}  // namespace dynamic_reload
