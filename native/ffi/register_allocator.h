// Hands out argument registers in order, then stack words.

#ifndef DYNAMIC_RELOAD_FFI_REGISTER_ALLOCATOR_H_
#define DYNAMIC_RELOAD_FFI_REGISTER_ALLOCATOR_H_

#include <cstddef>

#include "ffi/call_plan.h"
#include "ffi/register_file.h"

namespace dynamic_reload {

// What the calling conventions of System V x86-64 and AAPCS64 have in common for scalars: integers
// and pointers take the next general register, floating-point numbers the next vector register, and
// what finds none left takes the next eight bytes of the stack.
class RegisterAllocator {
 public:
  explicit RegisterAllocator(size_t general_registers) : general_registers_(general_registers) {}

  // The word of the RegisterFile for the next argument.
  size_t Next(Type type) {
    if (IsFloatingPoint(type)) {
      if (vector_ < RegisterFile::kVector) return RegisterFile::kFirstVector + vector_++;
    } else if (general_ < general_registers_) {
      return general_++;
    }
    return RegisterFile::kFirstStack + stack_++;
  }

  size_t stack_words() const { return stack_; }

 private:
  const size_t general_registers_;
  size_t general_ = 0;
  size_t vector_ = 0;
  size_t stack_ = 0;
};

inline Error DefinitionError(const char* message) {
  return {ErrorCode::kSymbolDefinition, "", "", message, 0, ""};
}

// A plan for scalars alone.
inline Result<CallPlan> PlanScalars(const Signature& signature, size_t general_registers) {
  RegisterAllocator registers(general_registers);
  CallPlan plan;
  plan.result = signature.result;
  for (const Type type : signature.arguments) {
    if (type == Type::kVoid) return DefinitionError("an argument cannot be void");
    plan.arguments.push_back({type, static_cast<uint16_t>(registers.Next(type))});
  }
  if (registers.stack_words() > RegisterFile::kStack) {
    return DefinitionError("more arguments than a call can pass");
  }
  plan.stack_words = static_cast<uint16_t>(registers.stack_words());
  return plan;
}

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_REGISTER_ALLOCATOR_H_
