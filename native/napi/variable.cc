#include "napi/variable.h"

#include <cstring>

#include "ffi/type.h"
#include "napi/slot_object.h"
#include "napi/values.h"

namespace dynamic_reload {

namespace {

struct Variable {
  const SymbolSlot& slot;
  Type type;
};

Variable VariableOf(const Napi::CallbackInfo& info) {
  return {*SlotObject::Unwrap(info[0].As<Napi::Object>())->slot(),
          ParseType(info[1].As<Napi::String>().Utf8Value()).value_or(Type::kVoid)};
}

}  // namespace

Napi::Value ReadVariable(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto [slot, type] = VariableOf(info);
  if (slot.address() == nullptr) {
    Throw(env, slot.MakeUnboundError(env));
    return env.Undefined();
  }
  uint64_t bits = 0;
  std::memcpy(&bits, slot.address(), SizeOf(type));
  return Napi::Value(env, FromBits(env, type, bits));
}

void WriteVariable(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto [slot, type] = VariableOf(info);
  if (slot.address() == nullptr) return Throw(env, slot.MakeUnboundError(env));
  CallMemory memory;
  uint64_t word = 0;
  if (const auto problem = ToWord(env, info[2], type, memory, word)) {
    const ValueError error = {*problem, slot.symbol(), std::nullopt, TypeName(type), info[2]};
    return Throw(env, MakeError(env, error));
  }
  std::memcpy(slot.address(), &word, SizeOf(type));
}

}  // namespace dynamic_reload
