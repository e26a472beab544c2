// Where a thread of Linux was when a signal interrupted it.

#ifndef DYNAMIC_RELOAD_OS_CODE_REGISTERS_H_
#define DYNAMIC_RELOAD_OS_CODE_REGISTERS_H_

#include <ucontext.h>

#include <cstdint>

namespace dynamic_reload {

struct CodeRegisters {
  uintptr_t stack_pointer;
  uintptr_t program_counter;
};

CodeRegisters CodeRegistersOf(const ucontext_t& context);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_CODE_REGISTERS_H_
