// The ways in which a result comes back, each with a C++ type that comes back so.

#ifndef DYNAMIC_RELOAD_FFI_RESULT_KIND_H_
#define DYNAMIC_RELOAD_FFI_RESULT_KIND_H_

#include <cstdint>
#include <type_traits>

namespace dynamic_reload {

// Registers are told apart by what they hold. A calling convention uses some of these.
enum class ResultKind : uint8_t {
  kVoid,
  kWord,
  kDouble,  // Also a float, which is the low half of the same register.
  kTwoWords,
  kTwoDoubles,
  kWordAndDouble,
  kDoubleAndWord,
  kFourFloats,   // Or fewer.
  kFourDoubles,  // Or fewer.
  kInMemory,
};

struct TwoWords {
  uint64_t words[2];
};
struct TwoDoubles {
  double numbers[2];
};
struct WordAndDouble {
  uint64_t first;
  double second;
};
struct DoubleAndWord {
  double first;
  uint64_t second;
};
struct FourFloats {
  float numbers[4];
};
struct FourDoubles {
  double numbers[4];
};

// An aggregate of unknown size that the callee writes to an address which it is given. C++ passes
// the address of an object that must not be copied just as C passes that of a large structure, and
// C++17 guarantees that it is the address where the object is needed.
class InMemory {
 public:
  // Calls `fill` with the address where the result belongs.
  template <typename Fill>
  explicit InMemory(const Fill& fill) {
    fill(static_cast<void*>(this));
  }

  InMemory(const InMemory&) = delete;
  InMemory& operator=(const InMemory&) = delete;

  ~InMemory() {}  // Not trivial: else compilers disagree about whether it may be copied.
};
static_assert(!std::is_trivially_copyable_v<InMemory>);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_RESULT_KIND_H_
