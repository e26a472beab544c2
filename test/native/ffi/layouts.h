// Aggregates of C as templates, and the ValueType that describes each: for tests.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_FFI_LAYOUTS_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_FFI_LAYOUTS_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "ffi/type.h"
#include "test/native/ffi/typed_call.h"

namespace dynamic_reload::test {

// ---- Structures, arrays in one, and unions -----------------------------------------------------

template <typename T, size_t kCount>
struct Array {
  T items[kCount];
};

template <typename A, typename B>
struct Pair {
  A a;
  B b;
};

template <typename A, typename B, typename C>
struct Triple {
  A a;
  B b;
  C c;
};

template <typename A, typename B>
struct [[gnu::packed]] PackedPair {
  A a;
  B b;
};

template <typename A, typename B>
union Either {
  A a;
  B b;
};

// ---- Their descriptions ------------------------------------------------------------------------

using Leaves = std::vector<Leaf>;

template <typename T>
struct Layout {
  static constexpr bool kIsAggregate = false;
  static void Append(Leaves& leaves, size_t offset) {
    leaves.push_back({TypeOf<T>(), static_cast<uint32_t>(offset)});
  }
};

struct AggregateLayout {
  static constexpr bool kIsAggregate = true;
};

template <typename T, size_t kCount>
struct Layout<Array<T, kCount>> : AggregateLayout {
  static void Append(Leaves& leaves, size_t offset) {
    for (size_t i = 0; i < kCount; ++i) Layout<T>::Append(leaves, offset + i * sizeof(T));
  }
};

template <typename A, typename B>
struct Layout<Pair<A, B>> : AggregateLayout {
  using Described = Pair<A, B>;
  static void Append(Leaves& leaves, size_t offset) {
    Layout<A>::Append(leaves, offset);
    Layout<B>::Append(leaves, offset + offsetof(Described, b));
  }
};

template <typename A, typename B, typename C>
struct Layout<Triple<A, B, C>> : AggregateLayout {
  using Described = Triple<A, B, C>;
  static void Append(Leaves& leaves, size_t offset) {
    Layout<A>::Append(leaves, offset);
    Layout<B>::Append(leaves, offset + offsetof(Described, b));
    Layout<C>::Append(leaves, offset + offsetof(Described, c));
  }
};

template <typename A, typename B>
struct Layout<PackedPair<A, B>> : AggregateLayout {
  static void Append(Leaves& leaves, size_t offset) {
    Layout<A>::Append(leaves, offset);
    Layout<B>::Append(leaves, offset + sizeof(A));
  }
};

template <typename A, typename B>
struct Layout<Either<A, B>> : AggregateLayout {
  static void Append(Leaves& leaves, size_t offset) {
    Layout<A>::Append(leaves, offset);
    Layout<B>::Append(leaves, offset);
  }
};

template <typename T>
ValueType ValueTypeOf() {
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    ValueType value{sizeof(T), alignof(T), {}, Layout<T>::kIsAggregate};
    Layout<T>::Append(value.leaves, 0);
    return value;
  }
}

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_FFI_LAYOUTS_H_
