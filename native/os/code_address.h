// What differs between processors when one looks for the code that a thread executes.

#ifndef DYNAMIC_RELOAD_OS_CODE_ADDRESS_H_
#define DYNAMIC_RELOAD_OS_CODE_ADDRESS_H_

#include <cstdint>

#include "os/loaded_objects.h"

namespace dynamic_reload {

// The address in a word of a stack, which may be signed (PAC).
uintptr_t AddressIn(uintptr_t word);

// Whether an instruction that calls ends at `address`. What only points to a function is no reason
// to think that a thread executes in it.
// REQUIRES: `code` is mapped and contains the address
bool IsReturnAddress(uintptr_t address, const AddressRange& code);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_CODE_ADDRESS_H_
