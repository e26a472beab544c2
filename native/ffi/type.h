// The C types that a signature is made of.

#ifndef DYNAMIC_RELOAD_FFI_TYPE_H_
#define DYNAMIC_RELOAD_FFI_TYPE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace dynamic_reload {

// Named as in lib/types.ts. How a value crosses from JavaScript is the business of napi/; here only
// size, sign and register matter.
enum class Type : uint8_t {
  kVoid,
  kBool,
  kI8,
  kU8,
  kI16,
  kU16,
  kI32,
  kU32,
  kI64,
  kU64,
  kISize,
  kUSize,
  kF32,
  kF64,
  kChar,
  kPointer,
  kBuffer,    // A pointer to the bytes of a JavaScript buffer.
  kString,    // A pointer to NUL-terminated UTF-8.
  kFunction,  // A pointer to code.
};

std::optional<Type> ParseType(std::string_view name);
std::string_view TypeName(Type type);

// In bytes, as sizeof tells; 0 for void.
size_t SizeOf(Type type);

bool IsFloatingPoint(Type type);

// Whether a value narrower than a register is sign-extended into it.
bool IsSigned(Type type);

// A scalar inside an aggregate.
struct Leaf {
  Type type;
  uint32_t offset;
};

// What a call passes or returns by value: a scalar, or an aggregate (a structure, union or array in
// one) as the memory that it fills.
//
// The leaves of an aggregate are all its scalars, however deep; those of a union overlap. A calling
// convention asks for nothing else. Each lies within `size`, and none is void.
struct ValueType {
  uint32_t size = 0;
  uint32_t alignment = 1;
  std::vector<Leaf> leaves;  // Of a scalar: itself. Of void: none.
  bool is_aggregate = false;

  static ValueType Scalar(Type type);
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_TYPE_H_
