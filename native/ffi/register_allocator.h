// Hands out argument registers in order, then stack words.

#ifndef DYNAMIC_RELOAD_FFI_REGISTER_ALLOCATOR_H_
#define DYNAMIC_RELOAD_FFI_REGISTER_ALLOCATOR_H_

#include <cstddef>
#include <cstdint>

#include "ffi/register_file.h"
#include "ffi/type.h"

namespace dynamic_reload {

// In System V x86-64 and AAPCS64 integers and pointers take the next general register,
// floating-point numbers the next vector register, and what finds none left takes the next words of
// the stack. In Win64 the registers of both kinds are counted together, so that the third argument
// is in the third of the one or of the other.
//
// Places are offsets in bytes into RegisterFile::words.
class RegisterAllocator {
 public:
  explicit RegisterAllocator(size_t general_registers) : general_registers_(general_registers) {}

  bool HasGeneral(size_t count) const { return general_ + count <= general_registers_; }
  bool HasVector(size_t count) const { return vector_ + count <= RegisterFile::kVector; }

  // REQUIRES: HasGeneral(1)
  uint32_t NextGeneral() { return OffsetOfWord(general_++); }
  // REQUIRES: HasVector(1)
  uint32_t NextVector() { return OffsetOfWord(RegisterFile::kFirstVector + vector_++); }

  // The place of a value that fills as many words as `bytes` need. It may lie beyond the end of a
  // RegisterFile: who asks for it checks stack_words() at the end. The stack begins aligned to two
  // words.
  uint32_t NextStack(size_t bytes, size_t alignment) {
    if (alignment > sizeof(uint64_t)) stack_ += stack_ % 2;
    const size_t word = RegisterFile::kFirstStack + stack_;
    stack_ += (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
    return OffsetOfWord(word);
  }

  uint32_t NextScalar(Type type) {
    if (IsFloatingPoint(type)) {
      if (HasVector(1)) return NextVector();
    } else if (HasGeneral(1)) {
      return NextGeneral();
    }
    return NextStack(sizeof(uint64_t), sizeof(uint64_t));
  }

  // Where both kinds are counted together. What is in a vector register has the place of the
  // general one that stays empty for it.
  uint32_t NextPositional(Type type) {
    if (!HasGeneral(1)) return NextStack(sizeof(uint64_t), sizeof(uint64_t));
    if (IsFloatingPoint(type)) floating_ |= 1U << general_;
    return NextGeneral();
  }

  // Leaves the registers that are still free unused.
  void SkipGeneral() { general_ = general_registers_; }
  void SkipVector() { vector_ = RegisterFile::kVector; }

  size_t general_used() const { return general_; }
  size_t vector_used() const { return vector_; }
  // A bit for each of the general registers whose place NextPositional() gave to a vector register.
  uint32_t floating() const { return floating_; }
  size_t stack_words() const { return stack_; }

 private:
  static uint32_t OffsetOfWord(size_t word) {
    return static_cast<uint32_t>(word * sizeof(uint64_t));
  }

  const size_t general_registers_;
  size_t general_ = 0;
  size_t vector_ = 0;
  uint32_t floating_ = 0;
  size_t stack_ = 0;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_REGISTER_ALLOCATOR_H_
