// Turns any value into text for the message of a failed check.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_SHOW_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_SHOW_H_

#include <cstddef>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace dynamic_reload::test {

template <typename T>
inline constexpr bool kIsInteger = std::is_integral_v<T> && !std::is_same_v<T, bool>;

template <typename T, typename = void>
inline constexpr bool kIsRange = false;
template <typename T>
inline constexpr bool kIsRange<T, std::void_t<decltype(std::begin(std::declval<const T&>())),
                                              decltype(std::end(std::declval<const T&>()))>> = true;

template <typename T, typename = void>
inline constexpr bool kIsStreamable = false;
template <typename T>
inline constexpr bool kIsStreamable<
    T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const T&>())>> = true;

// std::chrono durations: they have no operator<< before C++20.
template <typename T, typename = void>
inline constexpr bool kIsDuration = false;
template <typename T>
inline constexpr bool kIsDuration<T, std::void_t<typename T::rep, typename T::period>> = true;

template <typename T>
std::string Show(const T& value);

template <typename First, typename Second>
std::string Show(const std::pair<First, Second>& pair) {
  return "(" + Show(pair.first) + ", " + Show(pair.second) + ")";
}

template <typename T>
std::string Show(const std::optional<T>& value) {
  return value.has_value() ? Show(*value) : "nothing";
}

template <typename Range>
std::string ShowRange(const Range& range) {
  std::string text;
  for (const auto& element : range) text += (text.empty() ? "" : ", ") + Show(element);
  return "{" + text + "}";
}

template <typename T>
std::string Show(const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_null_pointer_v<T>) {
    return "nullptr";
  } else if constexpr (std::is_same_v<T, const char*> || std::is_same_v<T, char*>) {
    return value == nullptr ? "nullptr" : Show(std::string_view(value));
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return '"' + std::string(std::string_view(value)) + '"';
  } else if constexpr (std::is_enum_v<T>) {
    return Show(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (kIsInteger<T>) {
    return std::to_string(value);  // A stream would print an int8_t as a character.
  } else if constexpr (kIsDuration<T>) {
    return std::to_string(value.count()) + " ticks of " + std::to_string(T::period::num) + "/" +
           std::to_string(T::period::den) + " s";
  } else if constexpr (kIsStreamable<T>) {
    std::ostringstream stream;
    stream.precision(17);  // Enough to tell any two doubles apart.
    stream << value;
    return stream.str();
  } else if constexpr (kIsRange<T>) {
    return ShowRange(value);
  } else {
    return "<a value of " + std::to_string(sizeof(T)) + " bytes>";
  }
}

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_SHOW_H_
