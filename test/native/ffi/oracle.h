// The compiler as the oracle: what it passes and what we pass have to be the same.
//
//   CheckSignature<double, Pair<int8_t, float>, void*>();
//
// calls a function of that type through Call(), a closure of that type as the compiler calls it,
// and the closure through Call(). Each time every byte of every scalar has to arrive, and of the
// result to come back.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_FFI_ORACLE_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_FFI_ORACLE_H_

#include <cstddef>
#include <type_traits>
#include <utility>

#include "test/native/ffi/layouts.h"
#include "test/native/ffi/oracle_check.h"

namespace dynamic_reload::test {

// ---- What is instantiated for each signature, and therefore kept small -------------------------

// These stand for other people's code, and under the sanitizers would take minutes to compile.
#define ORACLE_FUNCTION __attribute__((no_sanitize("address", "undefined"), noinline))

template <typename Result, typename... Arguments>
ORACLE_FUNCTION Result ReceiveAll(Arguments... arguments) {
  (Receive(&arguments, sizeof arguments), ...);
  if constexpr (!std::is_void_v<Result>) return *static_cast<const Result*>(ResultToReturn());
}

template <typename Result, typename Indices, typename... Arguments>
struct Caller;

template <typename Result, size_t... kIndex, typename... Arguments>
struct Caller<Result, std::index_sequence<kIndex...>, Arguments...> {
  ORACLE_FUNCTION static void Call(void* function,
                                   [[maybe_unused]] const unsigned char* const* values,
                                   void* result) {
    const auto typed = reinterpret_cast<Result (*)(Arguments...)>(function);
    if constexpr (std::is_void_v<Result>) {
      typed(*reinterpret_cast<const Arguments*>(values[kIndex])...);
    } else {
      *static_cast<Result*>(result) = typed(*reinterpret_cast<const Arguments*>(values[kIndex])...);
    }
  }
};

template <typename Result, typename... Arguments>
void CheckSignature() {
  // Of the arguments, and then of the result.
  static constexpr DescribeType kTypes[] = {ValueTypeOf<Arguments>..., ValueTypeOf<Result>};
  Check({kTypes, sizeof...(Arguments), reinterpret_cast<void*>(&ReceiveAll<Result, Arguments...>),
         &Caller<Result, std::index_sequence_for<Arguments...>, Arguments...>::Call});
}

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_FFI_ORACLE_H_
