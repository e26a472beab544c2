#include "os/code_address.h"

namespace dynamic_reload {

namespace {

constexpr unsigned char kCallRelative = 0xe8;  // And four bytes of distance.
constexpr unsigned char kGroup5 = 0xff;        // CALL is its operation 2.

// How long a CALL through a register or memory is, by its ModRM and SIB bytes: Intel SDM, volume 2,
// table 2-2. Zero when it is none.
uintptr_t LengthOfIndirectCall(const unsigned char* code) {
  const unsigned char modrm = code[1];
  if (code[0] != kGroup5 || ((modrm >> 3) & 7) != 2) return 0;
  const int mode = modrm >> 6;
  const int operand = modrm & 7;
  if (mode == 3) return 2;
  const bool has_sib = operand == 4;
  const int base = has_sib ? code[2] & 7 : operand;
  const uintptr_t length = has_sib ? 3 : 2;
  if (mode == 1) return length + 1;
  return mode == 2 || base == 5 ? length + 4 : length;
}

}  // namespace

uintptr_t AddressIn(uintptr_t word) { return word; }

bool IsReturnAddress(uintptr_t address, const AddressRange& code) {
  constexpr uintptr_t kLongest = 7;
  if (address - code.begin < kLongest) return false;  // The .init section begins with no call.
  const auto* end = reinterpret_cast<const unsigned char*>(address);
  if (end[-5] == kCallRelative) return true;
  for (const int length : {2, 3, 4, 6, 7}) {
    if (LengthOfIndirectCall(end - length) == static_cast<uintptr_t>(length)) return true;
  }
  return false;
}

}  // namespace dynamic_reload
