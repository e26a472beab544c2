// A watcher whose events a test can wait for.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_OS_WATCHER_FIXTURE_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_OS_WATCHER_FIXTURE_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "os/watcher.h"
#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"
#include "test/native/wait.h"

namespace dynamic_reload::test {

// Keeps every event. Any thread may ask for them.
class RecordingHandler final : public Watcher::Handler {
 public:
  using Event = std::pair<WatchId, FileEvent>;

  // Runs on the watcher thread after an event is recorded.
  std::function<void(WatchId)> on_event = [](WatchId) {};

  void OnFileEvent(WatchId watch, FileEvent event) override {
    {
      MutexLock lock(mutex_);
      events_.emplace_back(watch, event);
      ++counts_[{watch, event}];
    }
    changed_.notify_all();
    on_event(watch);
  }
  void OnWatchError(std::optional<WatchId>, const Error& error) override {
    {
      MutexLock lock(mutex_);
      errors_.push_back(error);
    }
    changed_.notify_all();
  }
  void OnEventsRefused(WatchId, const Error& reason) override {
    MutexLock lock(mutex_);
    refusals_.push_back(reason);
  }
  std::optional<Watcher::Clock::time_point> OnTick(Watcher::Clock::time_point now) override {
    MutexLock lock(mutex_);
    ++ticks_;
    last_tick_ = now;
    if (!wanted_ticks_.empty() && wanted_ticks_.front() <= now) wanted_ticks_.pop_front();
    changed_.notify_all();
    if (wanted_ticks_.empty()) return std::nullopt;
    return wanted_ticks_.front();
  }

  // When to tick: at the first time, and from then on at the next.
  void WantTicks(std::deque<Watcher::Clock::time_point> times) {
    MutexLock lock(mutex_);
    wanted_ticks_ = std::move(times);
  }

  struct Ticks {
    int count;
    Watcher::Clock::time_point last;
  };

  // Waits until only `left` of the wanted ticks are still to come.
  Ticks WaitForTicks(size_t left) {
    Wait([&]() REQUIRES(mutex_) { return wanted_ticks_.size() <= left; }, "a tick");
    MutexLock lock(mutex_);
    return {ticks_, last_tick_};
  }

  // Waits until `event` happened `count` times, whether or not it was taken meanwhile.
  void WaitForEvent(const Event& event, int count) {
    Wait([&]() REQUIRES(mutex_) { return counts_[event] >= count; }, "an event");
  }

  std::vector<Event> TakeEvents() {
    MutexLock lock(mutex_);
    return std::exchange(events_, {});
  }
  std::vector<Error> Refusals() {
    MutexLock lock(mutex_);
    return refusals_;
  }
  std::vector<Error> Errors() {
    MutexLock lock(mutex_);
    return errors_;
  }

 private:
  template <typename Condition>
  void Wait(Condition condition, const char* what) {
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    MutexLock lock(mutex_);
    while (!condition()) {
      if (changed_.wait_until(mutex_, end) == std::cv_status::timeout) {
        Fail(__FILE__, __LINE__, "RecordingHandler", std::string("waited in vain for ") + what);
      }
    }
  }

  Mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Event> events_ GUARDED_BY(mutex_);
  std::map<Event, int> counts_ GUARDED_BY(mutex_);
  std::vector<Error> errors_ GUARDED_BY(mutex_);
  std::vector<Error> refusals_ GUARDED_BY(mutex_);
  int ticks_ GUARDED_BY(mutex_) = 0;
  Watcher::Clock::time_point last_tick_ GUARDED_BY(mutex_);
  std::deque<Watcher::Clock::time_point> wanted_ticks_ GUARDED_BY(mutex_);
};

class WatcherFixture {
 public:
  static constexpr WatchId kWatch = 1;

  WatcherFixture() {
    auto created = Watcher::Create(&handler);
    CHECK_OK(created);
    watcher = std::move(created).value();
    std::filesystem::create_directory(fence_directory_ / "fence");
    Watch(kFence, fence_directory_ / "fence/file");
  }

  // Runs `task` on the watcher thread and waits for it.
  void Run(const std::function<void()>& task) {
    std::promise<void> done;
    watcher->Post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

  void Watch(WatchId watch, const std::string& path, WatchMode mode = WatchMode::kEvents) {
    Run([&] { CHECK_OK(watcher->Watch(watch, path, mode)); });
  }
  void Unwatch(WatchId watch) {
    Run([&] { watcher->Unwatch(watch); });
  }

  // What happens on disk is reported in order, so when this event arrives every earlier one has.
  void Fence() {
    ReplaceFile(fence_directory_ / "fence/file", "");
    handler.WaitForEvent({kFence, FileEvent::kReplaced}, ++fences_);
  }

  // The kinds of events that an action raises for one watch.
  template <typename Action>
  std::set<FileEvent> EventsOf(Action action, WatchId watch = kWatch) {
    Fence();
    handler.TakeEvents();
    action();
    Fence();
    std::set<FileEvent> kinds;
    for (const auto& [of_watch, event] : handler.TakeEvents()) {
      if (of_watch == watch) kinds.insert(event);
    }
    return kinds;
  }

  TemporaryDirectory directory;
  RecordingHandler handler;
  std::unique_ptr<Watcher> watcher;

 private:
  static constexpr WatchId kFence = 1'000'000;

  TemporaryDirectory fence_directory_;
  int fences_ = 0;
};

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_OS_WATCHER_FIXTURE_H_
