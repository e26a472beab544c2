// A watcher for where the system reports nothing: a thread that looks at every path now and then.

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "os/poll_watches.h"
#include "os/thread.h"
#include "os/watcher.h"

namespace dynamic_reload {

namespace {

class PollWatcher final : public Watcher {
 public:
  PollWatcher(Handler* handler, Error reason) : handler_(handler), reason_(std::move(reason)) {}

  ~PollWatcher() override {
    Post([this] { stopping_ = true; });
    thread_.reset();
  }

  Status Start() {
    auto thread = Thread::Start([this] { Run(); });
    if (!thread.ok()) return thread.error();
    thread_ = std::move(thread).value();
    return Done{};
  }

  void Post(std::function<void()> task) override {
    {
      MutexLock lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    posted_.NotifyOne();
  }

  Status Watch(WatchId watch, const std::string& path, WatchMode mode) override {
    if (mode == WatchMode::kEvents) return NamedAfter(path);
    watches_.Add(watch, path, Clock::now());
    handler_->trace().Of(watch).Decision("poll", reason_.message);
    if (mode == WatchMode::kAuto) handler_->OnEventsRefused(watch, NamedAfter(path));
    return Done{};
  }

  void Unwatch(WatchId watch) override { watches_.Remove(watch); }

  bool IsPolled(WatchId watch) const override { return watches_.Has(watch); }

 private:
  void Run() {
    std::optional<Clock::time_point> next;
    while (!stopping_) {
      for (auto& task : WaitForTasks(next)) std::exchange(task, nullptr)();
      watches_.Poll(Clock::now(), [this](WatchId watch, FileEvent event) {
        handler_->trace().Of(watch).Event("polled", NameOf(event));
        handler_->OnFileEvent(watch, event);
      });
      next = handler_->OnTick(Clock::now());
      if (const auto due = watches_.due()) next = std::min(next.value_or(*due), *due);
    }
  }

  // Returns at the latest when the time comes.
  std::vector<std::function<void()>> WaitForTasks(std::optional<Clock::time_point> time) {
    MutexLock lock(mutex_);
    while (tasks_.empty() && !(time && *time <= Clock::now())) {
      if (time) {
        posted_.WaitUntil(mutex_, *time);
      } else {
        posted_.Wait(mutex_);
      }
    }
    return std::exchange(tasks_, {});
  }

  Error NamedAfter(const std::string& path) const {
    Error error = reason_;
    error.path = path;
    return error;
  }

  Handler* const handler_;
  const Error reason_;
  PollWatches watches_;    // Watcher thread only.
  bool stopping_ = false;  // Watcher thread only.
  Mutex mutex_;
  ConditionVariable posted_;
  std::vector<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  std::unique_ptr<Thread> thread_;  // Last: it uses everything above.
};

}  // namespace

Result<std::unique_ptr<Watcher>> Watcher::CreatePolling(Handler* handler, Error reason) {
  auto watcher = std::make_unique<PollWatcher>(handler, std::move(reason));
  if (const Status started = watcher->Start(); !started.ok()) return started.error();
  return std::unique_ptr<Watcher>(std::move(watcher));
}

}  // namespace dynamic_reload
