#include "os/code_registers.h"

namespace dynamic_reload {

CodeRegisters CodeRegistersOf(const ucontext_t& context) {
  const auto& registers = context.uc_mcontext.gregs;
  return {static_cast<uintptr_t>(registers[REG_RSP]), static_cast<uintptr_t>(registers[REG_RIP])};
}

}  // namespace dynamic_reload
