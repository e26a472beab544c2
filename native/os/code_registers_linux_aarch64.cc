#include "os/code_registers.h"

namespace dynamic_reload {

CodeRegisters CodeRegistersOf(const ucontext_t& context) {
  return {context.uc_mcontext.sp, context.uc_mcontext.pc};
}

}  // namespace dynamic_reload
