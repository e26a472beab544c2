// A value, or the reason why there is none.

#ifndef DYNAMIC_RELOAD_BASE_RESULT_H_
#define DYNAMIC_RELOAD_BASE_RESULT_H_

#include <cassert>
#include <utility>
#include <variant>

#include "base/error.h"

namespace dynamic_reload {

// Nothing below native/napi/ throws. A function that can fail returns a Result and the compiler
// complains when the caller ignores it.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }

  // REQUIRES: ok()
  T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }

  // REQUIRES: !ok()
  const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

struct Done {};
using Status = Result<Done>;

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_BASE_RESULT_H_
