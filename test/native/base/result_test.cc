#include "base/result.h"

#include <memory>
#include <string>
#include <utility>

#include "test/native/check.h"

namespace dynamic_reload::test {
namespace {

Error SomeError() { return {ErrorCode::kWatch, "read", "/a/path", "broken", 5, ""}; }

TEST(HoldsAValue) {
  Result<std::string> result = std::string("value");
  CHECK(result.ok());
  CHECK_EQ(result.value(), "value");
  result.value() += " changed";
  CHECK_EQ(std::as_const(result).value(), "value changed");
}

TEST(HoldsAnErrorWithEveryFact) {
  const Result<std::string> result = SomeError();
  CHECK(!result.ok());
  CHECK_EQ(result.error().code, ErrorCode::kWatch);
  CHECK_EQ(result.error().syscall, "read");
  CHECK_EQ(result.error().path, "/a/path");
  CHECK_EQ(result.error().message, "broken");
  CHECK_EQ(result.error().system_code, 5);
}

TEST(GivesAwayAValueThatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> value = std::move(result).value();
  CHECK_EQ(*value, 7);
}

// A value of the type of the error would otherwise be taken for one.
TEST(TellsAValueFromAnErrorByConstructor) {
  const Result<bool> result = false;
  CHECK(result.ok());
  CHECK_EQ(result.value(), false);
}

TEST(StatusIsDoneOrAnError) {
  const Status done = Done{};
  const Status failed = SomeError();
  CHECK(done.ok());
  CHECK(!failed.ok());
}

}  // namespace
}  // namespace dynamic_reload::test
