// A monitor with one library, and the JavaScript side of its queue.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_OS_MONITOR_FIXTURE_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_OS_MONITOR_FIXTURE_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/change_queue.h"
#include "base/mutex.h"
#include "os/library_monitor.h"
#include "os/shadow_directory.h"
#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/system.h"
#include "test/native/temporary_directory.h"
#include "test/native/wait.h"

namespace dynamic_reload::test {

// A queue whose changes a test waits for, one by one.
class Listener {
 public:
  explicit Listener(const std::string& shadow_parent)
      : directory_(ShadowDirectory::Create(shadow_parent).value()) {}

  LibraryMonitor::Subscription Subscribe(std::chrono::milliseconds debounce,
                                         WatchMode mode = WatchMode::kEvents) {
    return {queue_, directory_, debounce, mode};
  }

  Change NextChange() {
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    for (;;) {
      TakeEverything();
      if (!changes_.empty()) {
        Change change = std::move(changes_.front());
        changes_.pop_front();
        return change;
      }
      MutexLock lock(mutex_);
      while (!rung_) {
        if (rang_.wait_until(mutex_, end) == std::cv_status::timeout) {
          Fail(__FILE__, __LINE__, "Listener::NextChange", "no change came");
        }
      }
      rung_ = false;
    }
  }

  // The change must be a copy. Returns its path.
  std::string NextCopy() {
    const Change change = NextChange();
    CHECK_OK(change.copy);
    return change.copy.value();
  }
  Error NextError() {
    const Change change = NextChange();
    CHECK(!change.copy.ok());
    return change.copy.error();
  }

  std::vector<Warning> TakeWarnings() {
    TakeEverything();
    return std::exchange(warnings_, {});
  }

  // How many changes are waiting.
  size_t Waiting() {
    TakeEverything();
    return changes_.size();
  }

  size_t Copies() const { return NamesIn(directory_->path()).size() - 1; }  // Without the lock.
  std::string directory() const { return directory_->path(); }

 private:
  void TakeEverything() {
    auto drained = queue_->Drain();
    std::move(drained.changes.begin(), drained.changes.end(), std::back_inserter(changes_));
    std::move(drained.warnings.begin(), drained.warnings.end(), std::back_inserter(warnings_));
    CHECK_EQ(drained.errors.size(), 0);
  }

  void Ring() {
    {
      MutexLock lock(mutex_);
      rung_ = true;
    }
    rang_.notify_all();
  }

  const std::shared_ptr<ShadowDirectory> directory_;
  std::deque<Change> changes_;
  std::vector<Warning> warnings_;
  Mutex mutex_;
  std::condition_variable_any rang_;
  bool rung_ GUARDED_BY(mutex_) = false;
  const std::shared_ptr<ChangeQueue> queue_ = std::make_shared<ChangeQueue>([this] { Ring(); });
};

// A whole library that loads differently from every other number. Not to be called: its code is
// changed.
inline std::string Version(int number) {
  std::string library = FirstLibrary();
  library[CodeOffset(library)] = static_cast<char>(number);
  return library;
}

class MonitorFixture {
 public:
  MonitorFixture() {
    auto created = LibraryMonitor::Create();
    CHECK_OK(created);
    monitor = std::move(created).value();
  }
  ~MonitorFixture() { monitor.reset(); }  // Its thread uses everything else.

  LibraryId Add(const std::string& at,
                std::chrono::milliseconds debounce = std::chrono::milliseconds(0)) {
    return monitor->Add(at, listener.Subscribe(debounce));
  }

  LibraryId Add(const std::string& at, WatchMode mode) {
    return monitor->Add(at, listener.Subscribe(std::chrono::milliseconds(0), mode));
  }

  LibraryId Add(const std::string& at, const LibraryMonitor::Options& options) {
    return monitor->Add(at, listener.Subscribe(std::chrono::milliseconds(0)), options);
  }

  // Adds a whole library, and accepts its first copy. Returns the path of the copy.
  std::string AddRunning(const std::string& content) {
    WriteFile(path, content);
    id = Add(path);
    std::string copy = listener.NextCopy();
    monitor->Accept(id, copy);
    return copy;
  }

  // When it returns, the monitor has looked at everything that happened before.
  void Fence() {
    const bool first = fence_ == 0;
    WriteFile(fence_path_ + ".new", Version(++fence_));
    std::filesystem::rename(fence_path_ + ".new", fence_path_);
    if (first) monitor->Add(fence_path_, fence_listener_.Subscribe(std::chrono::milliseconds(0)));
    monitor->Discard(fence_listener_.NextCopy());
    monitor->Flush();
  }

  // How many changes wait once the monitor has looked at everything.
  size_t WaitingAfterFence() {
    Fence();
    return listener.Waiting();
  }

  TemporaryDirectory directory;
  std::string path = directory / "libfoo.so";
  LibraryId id = 0;
  Listener listener{directory.path()};
  std::unique_ptr<LibraryMonitor> monitor;

 private:
  TemporaryDirectory fence_directory_;
  const std::string fence_path_ = fence_directory_ / "fence.so";
  Listener fence_listener_{fence_directory_.path()};
  int fence_ = 0;
};

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_OS_MONITOR_FIXTURE_H_
