#include "os/thread.h"

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "test/native/check.h"

namespace dynamic_reload::test {
namespace {

std::unique_ptr<Thread> Start(std::function<void()> body) {
  auto thread = Thread::Start(std::move(body));
  CHECK_OK(thread);
  return std::move(thread).value();
}

TEST(TheDestructorWaitsForTheBody) {
  std::atomic<bool> ran{false};
  Start([&ran] { ran = true; }).reset();
  CHECK(ran);
}

TEST(TheBodyRunsOnAnotherThread) {
  std::thread::id other = std::this_thread::get_id();
  Start([&other] { other = std::this_thread::get_id(); }).reset();
  CHECK(other != std::this_thread::get_id());
}

}  // namespace
}  // namespace dynamic_reload::test
