#include "ffi/type.h"

#include <algorithm>
#include <climits>

namespace dynamic_reload {

namespace {

struct Facts {
  std::string_view name;
  size_t size;
  bool is_signed;
  bool is_floating_point;
};

// In the order of the enumerators.
constexpr Facts kFacts[] = {
    {"void", 0, false, false},
    {"bool", sizeof(bool), false, false},
    {"i8", 1, true, false},
    {"u8", 1, false, false},
    {"i16", 2, true, false},
    {"u16", 2, false, false},
    {"i32", 4, true, false},
    {"u32", 4, false, false},
    {"i64", 8, true, false},
    {"u64", 8, false, false},
    {"isize", sizeof(ptrdiff_t), true, false},
    {"usize", sizeof(size_t), false, false},
    {"f32", sizeof(float), true, true},
    {"f64", sizeof(double), true, true},
    {"char", 1, CHAR_MIN < 0, false},
    {"pointer", sizeof(void*), false, false},
    {"buffer", sizeof(void*), false, false},
    {"string", sizeof(void*), false, false},
    {"function", sizeof(void*), false, false},
};
static_assert(std::size(kFacts) == static_cast<size_t>(Type::kFunction) + 1);
static_assert(sizeof(void*) == 8 && sizeof(float) == 4 && sizeof(double) == 8);

const Facts& FactsOf(Type type) { return kFacts[static_cast<size_t>(type)]; }

}  // namespace

std::optional<Type> ParseType(std::string_view name) {
  const auto* it = std::find_if(std::begin(kFacts), std::end(kFacts),
                                [name](const Facts& facts) { return facts.name == name; });
  if (it == std::end(kFacts)) return std::nullopt;
  return static_cast<Type>(it - std::begin(kFacts));
}

std::string_view TypeName(Type type) { return FactsOf(type).name; }
size_t SizeOf(Type type) { return FactsOf(type).size; }
bool IsFloatingPoint(Type type) { return FactsOf(type).is_floating_point; }
bool IsSigned(Type type) { return FactsOf(type).is_signed; }

ValueType ValueType::Scalar(Type type) {
  if (type == Type::kVoid) return {};
  const auto size = static_cast<uint32_t>(SizeOf(type));
  return {size, size, {{type, 0}}, false};
}

}  // namespace dynamic_reload
