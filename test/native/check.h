// A small test harness: tests that register themselves, and checks that say what they saw.
//
//   TEST(RingsOncePerBatch) {
//     ChangeQueue queue([&] { ++rings; });
//     CHECK_EQ(rings, 1);
//   }
//
// check.cc has the main() that runs them. A failed check prints where, what and both values, and
// aborts the program: a test never goes on with a broken assumption, on whatever thread it is, and
// a debugger or sanitizer shows the stack.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_CHECK_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_CHECK_H_

#include <string>

#include "test/native/show.h"

namespace dynamic_reload::test {

// Adds a test to the list that main() runs, in the order of the source. `name` must live forever.
struct Registration {
  Registration(const char* name, void (*function)());
};

// The directory of the libraries that fixtures/CMakeLists.txt builds: the program's first argument.
const std::string& FixtureDirectory();

// Prints the place, the check and `detail`, and aborts. Any thread.
[[noreturn]] void Fail(const char* file, int line, const std::string& check,
                       const std::string& detail);

// Equal in value. Two integers of different types compare without a conversion that could change
// one of them, so that CHECK_EQ(list.size(), 2) needs no cast.
template <typename Left, typename Right>
bool Equal(const Left& left, const Right& right) {
  if constexpr (kIsInteger<Left> && kIsInteger<Right>) {
    if ((left < Left{}) != (right < Right{})) return false;
    using Common = std::common_type_t<Left, Right>;
    return static_cast<Common>(left) == static_cast<Common>(right);
  } else {
    return left == right;
  }
}

template <typename Left, typename Right>
void CheckEqual(const char* file, int line, const char* check, const Left& left,
                const Right& right) {
  if (Equal(left, right)) return;
  Fail(file, line, check, "   left: " + Show(left) + "\n  right: " + Show(right));
}

template <typename Left, typename Right>
void CheckNotEqual(const char* file, int line, const char* check, const Left& left,
                   const Right& right) {
  if (!Equal(left, right)) return;
  Fail(file, line, check, "   both: " + Show(left));
}

// `result` is a Result or a Status.
template <typename ResultType>
void CheckOk(const char* file, int line, const char* check, const ResultType& result) {
  if (result.ok()) return;
  const auto& error = result.error();
  Fail(file, line, check, "  error: " + error.syscall + " " + error.path + ": " + error.message);
}

}  // namespace dynamic_reload::test

#define TEST(Name)                                                                      \
  static void Test##Name();                                                             \
  static const ::dynamic_reload::test::Registration register_##Name(#Name, Test##Name); \
  static void Test##Name()

// Variadic, so that a comma inside braces or template arguments does no harm.
#define CHECK(...)                                                                     \
  do {                                                                                 \
    if (!(__VA_ARGS__))                                                                \
      ::dynamic_reload::test::Fail(__FILE__, __LINE__, "CHECK(" #__VA_ARGS__ ")", ""); \
  } while (false)

#define CHECK_EQ(...) \
  ::dynamic_reload::test::CheckEqual(__FILE__, __LINE__, "CHECK_EQ(" #__VA_ARGS__ ")", __VA_ARGS__)

#define CHECK_NE(...)                                                                     \
  ::dynamic_reload::test::CheckNotEqual(__FILE__, __LINE__, "CHECK_NE(" #__VA_ARGS__ ")", \
                                        __VA_ARGS__)

#define CHECK_OK(...) \
  ::dynamic_reload::test::CheckOk(__FILE__, __LINE__, "CHECK_OK(" #__VA_ARGS__ ")", __VA_ARGS__)

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_CHECK_H_
