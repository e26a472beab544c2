#include "napi/values.h"

#include <cmath>
#include <cstring>

#include "napi/text.h"

namespace dynamic_reload {

namespace {

using Problem = std::optional<ErrorCode>;

constexpr auto kWrongType = ErrorCode::kInvalidArgumentType;
constexpr auto kOutOfRange = ErrorCode::kOutOfRange;
constexpr double kMaxSafeInteger = 9007199254740991;  // 2^53 - 1: Number.MAX_SAFE_INTEGER.

napi_valuetype TypeOf(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  napi_typeof(env, value, &type);
  return type;
}

double NumberOf(napi_env env, napi_value value) {
  double number = 0;
  napi_get_value_double(env, value, &number);
  return number;
}

// Up to 32 bits. A negative number becomes the sign-extended word that it is in C.
Problem NarrowIntegerToWord(napi_env env, napi_value value, Type type, uint64_t& word) {
  if (TypeOf(env, value) != napi_number) return kWrongType;
  const double number = NumberOf(env, value);
  const auto bits = static_cast<int>(SizeOf(type) * 8);
  const double min = IsSigned(type) ? -std::ldexp(1, bits - 1) : 0;
  const double max = std::ldexp(1, IsSigned(type) ? bits - 1 : bits) - 1;
  if (!(number >= min && number <= max) || number != std::trunc(number)) return kOutOfRange;
  word = static_cast<uint64_t>(static_cast<int64_t>(number));
  return std::nullopt;
}

// A BigInt, or a number that is exactly one integer.
Problem WideIntegerToWord(napi_env env, napi_value value, Type type, uint64_t& word) {
  const napi_valuetype kind = TypeOf(env, value);
  if (kind == napi_number) {
    const double number = NumberOf(env, value);
    if (!(std::fabs(number) <= kMaxSafeInteger) || number != std::trunc(number)) return kOutOfRange;
    if (number < 0 && !IsSigned(type)) return kOutOfRange;
    word = static_cast<uint64_t>(static_cast<int64_t>(number));
    return std::nullopt;
  }
  if (kind != napi_bigint) return kWrongType;
  bool lossless = false;
  uint64_t result = 0;
  if (IsSigned(type)) {
    int64_t signed_result = 0;
    napi_get_value_bigint_int64(env, value, &signed_result, &lossless);
    result = static_cast<uint64_t>(signed_result);
  } else {
    napi_get_value_bigint_uint64(env, value, &result, &lossless);
  }
  if (!lossless) return kOutOfRange;
  word = result;
  return std::nullopt;
}

Problem FloatingPointToWord(napi_env env, napi_value value, Type type, uint64_t& word) {
  if (TypeOf(env, value) != napi_number) return kWrongType;
  const double number = NumberOf(env, value);
  word = 0;
  if (type == Type::kF64) {
    std::memcpy(&word, &number, sizeof number);
  } else {
    const auto narrow = static_cast<float>(number);  // Rounds, as Math.fround() does.
    std::memcpy(&word, &narrow, sizeof narrow);
  }
  return std::nullopt;
}

Problem BoolToWord(napi_env env, napi_value value, uint64_t& word) {
  const napi_valuetype kind = TypeOf(env, value);
  if (kind == napi_boolean) {
    bool truth = false;
    napi_get_value_bool(env, value, &truth);
    word = truth ? 1 : 0;
    return std::nullopt;
  }
  if (kind != napi_number) return kWrongType;
  const double number = NumberOf(env, value);
  if (number != 0 && number != 1) return kOutOfRange;
  word = static_cast<uint64_t>(number);
  return std::nullopt;
}

// The first byte of a typed array, a Buffer, a DataView or an ArrayBuffer, and the ArrayBuffer that
// holds it. No copy is made.
bool FindBytes(napi_env env, napi_value value, void*& bytes, napi_value& buffer) {
  bool is = false;
  if (napi_is_typedarray(env, value, &is) == napi_ok && is) {
    return napi_get_typedarray_info(env, value, nullptr, nullptr, &bytes, &buffer, nullptr) ==
           napi_ok;
  }
  if (napi_is_dataview(env, value, &is) == napi_ok && is) {
    return napi_get_dataview_info(env, value, nullptr, &bytes, &buffer, nullptr) == napi_ok;
  }
  if (napi_is_arraybuffer(env, value, &is) == napi_ok && is) {
    buffer = value;
    return napi_get_arraybuffer_info(env, value, &bytes, nullptr) == napi_ok;
  }
  return false;
}

Problem AddressToWord(napi_env env, napi_value value, Type type, uint64_t& word) {
  const napi_valuetype kind = TypeOf(env, value);
  if (kind == napi_null) {
    word = 0;
    return std::nullopt;
  }
  if (kind == napi_bigint && type != Type::kBuffer) {
    return WideIntegerToWord(env, value, Type::kU64, word);
  }
  void* bytes = nullptr;
  if (kind != napi_object || type == Type::kFunction || !BytesOf(env, value, bytes)) {
    return kWrongType;
  }
  word = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(bytes));
  return std::nullopt;
}

Problem StringToWord(napi_env env, napi_value value, CallMemory& memory, uint64_t& word) {
  const napi_valuetype kind = TypeOf(env, value);
  if (kind == napi_null) {
    word = 0;
    return std::nullopt;
  }
  size_t length = 0;
  if (kind != napi_string ||
      napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) {
    return kWrongType;
  }
  char* copy = memory.Allocate(length + 1);
  napi_get_value_string_utf8(env, value, copy, length + 1, &length);
  // C would see a shorter string than JavaScript does.
  if (std::memchr(copy, '\0', length) != nullptr) return kOutOfRange;
  word = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(copy));
  return std::nullopt;
}

napi_value NarrowIntegerFromBits(napi_env env, Type type, uint64_t bits) {
  const auto unused = static_cast<int>(64 - SizeOf(type) * 8);
  const uint64_t high = bits << unused;
  const int64_t number =
      IsSigned(type) ? static_cast<int64_t>(high) >> unused : static_cast<int64_t>(high >> unused);
  napi_value value = nullptr;
  napi_create_int64(env, number, &value);
  return value;
}

napi_value FloatingPointFromBits(napi_env env, Type type, uint64_t bits) {
  double number = 0;
  if (type == Type::kF64) {
    std::memcpy(&number, &bits, sizeof number);
  } else {
    float narrow = 0;
    std::memcpy(&narrow, &bits, sizeof narrow);
    number = static_cast<double>(narrow);
  }
  napi_value value = nullptr;
  napi_create_double(env, number, &value);
  return value;
}

}  // namespace

bool BytesOf(napi_env env, napi_value value, void*& bytes) {
  napi_value buffer = nullptr;
  if (!FindBytes(env, value, bytes, buffer)) return false;
  bool detached = false;
  return napi_is_detached_arraybuffer(env, buffer, &detached) == napi_ok && !detached;
}

char* CallMemory::Allocate(size_t size) {
  if (size <= sizeof inside_ - used_) {
    char* start = inside_ + used_;
    used_ += size;
    return start;
  }
  outside_.push_back(std::make_unique<char[]>(size));
  return outside_.back().get();
}

std::optional<ErrorCode> ToWord(napi_env env, napi_value value, Type type, CallMemory& memory,
                                uint64_t& word) {
  switch (type) {
    case Type::kVoid:
      return kWrongType;
    case Type::kBool:
      return BoolToWord(env, value, word);
    case Type::kI64:
    case Type::kU64:
    case Type::kISize:
    case Type::kUSize:
      return WideIntegerToWord(env, value, type, word);
    case Type::kF32:
    case Type::kF64:
      return FloatingPointToWord(env, value, type, word);
    case Type::kPointer:
    case Type::kBuffer:
    case Type::kFunction:
      return AddressToWord(env, value, type, word);
    case Type::kString:
      return StringToWord(env, value, memory, word);
    default:
      return NarrowIntegerToWord(env, value, type, word);
  }
}

napi_value FromBits(napi_env env, Type type, uint64_t bits) {
  napi_value value = nullptr;
  switch (type) {
    case Type::kVoid:
      napi_get_undefined(env, &value);
      return value;
    case Type::kBool:
      napi_get_boolean(env, (bits & 0xff) != 0, &value);
      return value;
    case Type::kI64:
    case Type::kISize:
      napi_create_bigint_int64(env, static_cast<int64_t>(bits), &value);
      return value;
    case Type::kU64:
    case Type::kUSize:
    case Type::kPointer:
    case Type::kBuffer:
    case Type::kFunction:
      napi_create_bigint_uint64(env, bits, &value);
      return value;
    case Type::kF32:
    case Type::kF64:
      return FloatingPointFromBits(env, type, bits);
    case Type::kString:
      return ReadText(env, reinterpret_cast<const void*>(static_cast<uintptr_t>(bits)), 1);
    default:
      return NarrowIntegerFromBits(env, type, bits);
  }
}

}  // namespace dynamic_reload
