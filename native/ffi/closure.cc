#include "ffi/closure.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include "ffi/abi.h"
#include "ffi/closure_slot.h"
#include "ffi/thunk_pool.h"

namespace dynamic_reload {

namespace {

std::atomic<void (*)(void*)> dead_call_handler{nullptr};

bool IsGeneral(const Move& move) { return move.to < RegisterFile::kGeneral * sizeof(uint64_t); }

bool HasGeneralAlone(const CallPlan& plan) {
  return plan.floating_words == 0 &&
         std::all_of(plan.arguments.begin(), plan.arguments.end(),
                     [](const ArgumentPlan& argument) {
                       return std::all_of(argument.moves.begin(), argument.moves.end(), IsGeneral);
                     });
}

Error NoMoreCallbacks(size_t count) {
  const std::string message = "no more callbacks, " + std::to_string(count) + " exist";
  return {ErrorCode::kInvalidState, "", "", message, 0, ""};
}

}  // namespace

void RunClosure(const ClosureCall& call, const ClosureSlot& slot, const RegisterFile& arguments,
                void* result) {
  if (call.function != nullptr) {
    call.function(call.context, arguments, result);
  } else if (const auto handler = dead_call_handler.load(std::memory_order_acquire)) {
    handler(slot.address());
  }
}

void SetDeadCallHandler(void (*handler)(void* address)) {
  dead_call_handler.store(handler, std::memory_order_release);
}

Result<std::unique_ptr<Closure>> Closure::Reserve(const Signature& signature) {
  auto plan = MakeCallPlan(signature);
  if (!plan.ok()) return plan.error();
  ThunkPool& pool = ThunkPoolFor(ResultKindOf(signature.result), HasGeneralAlone(plan.value()),
                                 plan.value().floating_words);
  ClosureSlot* slot = pool.Take();
  if (slot == nullptr) return NoMoreCallbacks(pool.count());
  return std::unique_ptr<Closure>(new Closure(std::move(plan).value(), pool, *slot));
}

Result<std::unique_ptr<Closure>> Closure::Create(const Signature& signature,
                                                 ClosureFunction function, void* context) {
  auto closure = Reserve(signature);
  if (closure.ok()) closure.value()->Publish(function, context);
  return closure;
}

Closure::Closure(CallPlan plan, ThunkPool& pool, ClosureSlot& slot)
    : plan_(std::move(plan)), pool_(pool), slot_(slot), turn_(slot.turn) {}

Closure::~Closure() { pool_.Return(slot_, turn_); }

void Closure::Publish(ClosureFunction function, void* context) {
  slot_.Publish({function, context, {plan_.result.size, plan_.stack_words}});
}

void Closure::Offer() { pool_.Offer(slot_, turn_); }

void* Closure::address() const { return slot_.address(); }

}  // namespace dynamic_reload
