// The argument registers and stack words of one call, as memory.

#ifndef DYNAMIC_RELOAD_FFI_REGISTER_FILE_H_
#define DYNAMIC_RELOAD_FFI_REGISTER_FILE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace dynamic_reload {

// A value narrower than its word sits in the low bytes: both machines are little-endian.
struct RegisterFile {
  // As many as AAPCS64 has. System V for x86-64 uses six general registers, Win64 four.
  static constexpr size_t kGeneral = 8;
  static constexpr size_t kVector = 8;
  // Enough for 127 arguments, the number that the C standard guarantees (C11, 5.2.4.1).
  static constexpr size_t kStack = 128;

  static constexpr size_t kFirstVector = kGeneral;
  static constexpr size_t kFirstStack = kGeneral + kVector;
  static constexpr size_t kWords = kGeneral + kVector + kStack;

  uint64_t words[kWords] = {};

  uint64_t General(size_t index) const { return words[index]; }
  uint64_t Stack(size_t index) const { return words[kFirstStack + index]; }

  // The bits of a float or a double; a double only moves them.
  double Vector(size_t index) const { return Double(kFirstVector + index); }
  double Double(size_t word) const {
    double bits;
    std::memcpy(&bits, &words[word], sizeof bits);
    return bits;
  }
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_REGISTER_FILE_H_
