#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "os/directory_watches.h"
#include "os/event_support.h"
#include "os/last_error.h"
#include "os/path_plan.h"
#include "os/poll_watches.h"
#include "os/thread.h"
#include "os/watcher.h"

namespace dynamic_reload {

namespace {

void ClosePort(intptr_t port) { CloseHandle(reinterpret_cast<HANDLE>(port)); }
using UniquePort = UniqueHandle<intptr_t, 0, ClosePort>;

HANDLE HandleOf(const UniquePort& port) { return reinterpret_cast<HANDLE>(port.get()); }

// Sleeps in the wait for a completion port, which tasks are announced at, too.
class WindowsWatcher final : public Watcher {
 public:
  WindowsWatcher(UniquePort port, Handler* handler)
      : handler_(handler), port_(std::move(port)), events_(HandleOf(port_), handler->trace()) {}

  ~WindowsWatcher() override {
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
    // Fails only without memory; the next one that succeeds announces this one, too.
    PostQueuedCompletionStatus(HandleOf(port_), 0, 0, nullptr);
  }

  Status Watch(WatchId watch, const std::string& path, WatchMode mode) override {
    if (mode == WatchMode::kPoll) return Poll(watch, path, "that is what was asked for");
    if (mode == WatchMode::kAuto && !DeliversEvents(PlanPath(path))) {
      return Poll(watch, path, "its file system does not report all");
    }
    Status status = events_.Add(watch, path);
    if (status.ok() || mode == WatchMode::kEvents) return status;
    handler_->OnEventsRefused(watch, status.error());
    return Poll(watch, path, status.error().message);
  }

  void Unwatch(WatchId watch) override {
    events_.Remove(watch);
    polls_.Remove(watch);
  }

  // Windows reports that a file was written, and not that its writer closed it.
  bool IsPolled(WatchId /*watch*/) const override { return true; }

 private:
  Status Poll(WatchId watch, const std::string& path, const std::string& why) {
    polls_.Add(watch, path, Clock::now());
    handler_->trace().Of(watch).Decision("poll", why);
    return Done{};
  }

  void Run() {
    std::optional<Clock::time_point> next;
    while (!stopping_) {
      Wait(next);
      RunTasks();
      polls_.Poll(Clock::now(), [this](WatchId watch, FileEvent event) {
        handler_->trace().Of(watch).Event("polled", NameOf(event));
        handler_->OnFileEvent(watch, event);
      });
      next = handler_->OnTick(Clock::now());
      if (const auto due = polls_.due()) next = std::min(next.value_or(*due), *due);
    }
  }

  // Until a task is posted, an event came or the time is there.
  void Wait(std::optional<Clock::time_point> until) {
    DWORD size = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* overlapped = nullptr;
    const bool succeeded = GetQueuedCompletionStatus(HandleOf(port_), &size, &key, &overlapped,
                                                     MillisecondsTo(until)) != 0;
    if (overlapped == nullptr) return;
    events_.Take(
        reinterpret_cast<DirectoryReader*>(key), succeeded, size,
        [this](WatchId watch, FileEvent event) { handler_->OnFileEvent(watch, event); },
        [this](WatchId watch, const Error& error) { handler_->OnWatchError(watch, error); });
  }

  static DWORD MillisecondsTo(std::optional<Clock::time_point> time) {
    if (!time) return INFINITE;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*time - Clock::now()).count();
    constexpr long long kDay = 86'400'000;
    return static_cast<DWORD>(std::clamp<long long>(left, 0, kDay));
  }

  void RunTasks() {
    std::vector<std::function<void()>> tasks;
    {
      MutexLock lock(mutex_);
      tasks.swap(tasks_);
    }
    // Each is destroyed when it has run: what it held must not outlive a later task.
    for (auto& task : tasks) std::exchange(task, nullptr)();
  }

  Handler* const handler_;
  const UniquePort port_;
  DirectoryWatches events_;  // Watcher thread only.
  PollWatches polls_;        // Watcher thread only.
  bool stopping_ = false;    // Watcher thread only.
  Mutex mutex_;
  std::vector<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  std::unique_ptr<Thread> thread_;  // Last: it uses everything above.
};

}  // namespace

Result<std::unique_ptr<Watcher>> Watcher::Create(Handler* handler) {
  UniquePort port(
      reinterpret_cast<intptr_t>(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1)));
  if (!port.valid()) {
    return CreatePolling(handler, LastError(ErrorCode::kWatch, "CreateIoCompletionPort", ""));
  }
  auto watcher = std::make_unique<WindowsWatcher>(std::move(port), handler);
  if (const Status started = watcher->Start(); !started.ok()) return started.error();
  return std::unique_ptr<Watcher>(std::move(watcher));
}

}  // namespace dynamic_reload
