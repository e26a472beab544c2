#include "os/code_address.h"

namespace dynamic_reload {

// Programs have addresses of 48 bits; a signature takes those above.
uintptr_t AddressIn(uintptr_t word) { return word & 0xffff'ffff'ffff; }

// BL, BLR, and BLR with authentication: Arm ARM, "Branches, Exception Generating and System
// instructions".
bool IsReturnAddress(uintptr_t address, const AddressRange& code) {
  if (address % 4 != 0 || address - code.begin < 4) return false;
  const uint32_t instruction = *reinterpret_cast<const uint32_t*>(address - 4);
  return (instruction & 0xfc00'0000) == 0x9400'0000 || (instruction & 0xfeff'f000) == 0xd63f'0000;
}

}  // namespace dynamic_reload
