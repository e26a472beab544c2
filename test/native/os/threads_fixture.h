// A library with threads of its own, and threads of others.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_OS_THREADS_FIXTURE_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_OS_THREADS_FIXTURE_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "os/dynamic_library.h"
#include "os/thread_scan.h"
#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/wait.h"

namespace dynamic_reload::test {

inline constexpr std::chrono::milliseconds kScanDeadline{10'000};

inline AddressRange CodeOf(const std::string& path) {
  for (const LoadedObject& object : ListLoadedObjects()) {
    if (object.path == path) return object.code;
  }
  Fail(__FILE__, __LINE__, "CodeOf", path + " is not loaded");
}

// A library with threads of its own.
class Library {
 public:
  const std::string& path() const { return library_.LoadedPath(); }
  void* Find(const char* name) const { return library_.Find(name); }
  void Call(const char* function) { reinterpret_cast<void (*)()>(Find(function))(); }

  // Runs `body` while the library is on the stack.
  void CallBack(const std::function<void()>& body) {
    using Body = const std::function<void()>;
    const auto run = [](void* context) { (*static_cast<Body*>(context))(); };
    reinterpret_cast<void (*)(void (*)(void*), const void*)>(Find("call"))(run, &body);
  }

  bool HasThreadInside() const {
    const ThreadScan scan = ScanThreads({range_}, kScanDeadline);
    CHECK(scan.complete);
    return scan.entered[0];
  }

 private:
  static DynamicLibrary Open() {
    auto library = DynamicLibrary::Open(FixturePath("libown_threads"), std::nullopt);
    CHECK_OK(library);
    return std::move(library).value();
  }

  DynamicLibrary library_ = Open();
  AddressRange range_ = CodeOf(library_.LoadedPath());
};

// A thread that does something until the test is over.
class Other {
 public:
  explicit Other(std::function<void(const std::atomic<bool>& over)> body)
      : thread_([this, body = std::move(body)] {
          running_ = true;
          body(over_);
        }) {
    CHECK(Eventually([this] { return running_.load(); }));
  }
  ~Other() {
    over_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> running_{false};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

inline void Block(const std::atomic<bool>& over) {
  while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}
inline void Spin(const std::atomic<bool>& over) {
  while (!over) {
  }
}

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_OS_THREADS_FIXTURE_H_
