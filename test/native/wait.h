// Waiting for what another thread or process does, with an end.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_WAIT_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_WAIT_H_

#include <chrono>
#include <thread>

namespace dynamic_reload::test {

// Far more than anything takes, on a loaded machine and under a sanitizer: only a test that fails
// waits this long.
inline constexpr std::chrono::seconds kDeadline{30};

// Whether `condition` comes true before the deadline. For what cannot notify: a file system, a
// process.
template <typename Condition>
bool Eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_WAIT_H_
