#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "os/inotify_watches.h"
#include "os/system_error.h"
#include "os/thread.h"
#include "os/unique_fd.h"
#include "os/watcher.h"

namespace dynamic_reload {

namespace {

// Makes the reader of an eventfd wake up. The counter cannot overflow: nobody posts 2^64 times.
void Wake(const UniqueFd& event) {
  const uint64_t one = 1;
  while (write(event.get(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

// Resets an eventfd or a timerfd, neither of which blocks.
void Reset(const UniqueFd& fd) {
  uint64_t count = 0;
  while (read(fd.get(), &count, sizeof count) < 0 && errno == EINTR) {
  }
}

class InotifyWatcher final : public Watcher {
 public:
  struct Descriptors {
    UniqueFd inotify;
    UniqueFd wake;   // eventfd: something was posted, or the end.
    UniqueFd timer;  // timerfd: the time that OnTick() asked for.
    UniqueFd epoll;
  };

  InotifyWatcher(Descriptors descriptors, Handler* handler)
      : handler_(handler),
        wake_(std::move(descriptors.wake)),
        timer_(std::move(descriptors.timer)),
        epoll_(std::move(descriptors.epoll)),
        watches_(std::move(descriptors.inotify)) {}

  ~InotifyWatcher() override {
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
    Wake(wake_);
  }

  Status Watch(WatchId watch, const std::string& path) override {
    return watches_.Add(watch, path);
  }

  void Unwatch(WatchId watch) override { watches_.Remove(watch); }

 private:
  void Run() {
    bool watching = true;
    while (!stopping_) {
      epoll_event ready[3];
      // Which of the three is ready does not matter: asking each costs less than a microsecond.
      // With valid descriptors the only failure is EINTR (epoll_wait(2)), and that is no matter
      // either.
      epoll_wait(epoll_.get(), ready, 3, -1);
      Reset(wake_);
      Reset(timer_);
      RunTasks();
      if (watching) watching = ReadEvents();
      SetTimer(handler_->OnTick(Clock::now()));
    }
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

  // False when the system will not give any more events.
  bool ReadEvents() {
    const Status status = watches_.ReadEvents(
        [this](WatchId watch, FileEvent event) { handler_->OnFileEvent(watch, event); },
        [this](WatchId watch, const Error& error) { handler_->OnWatchError(watch, error); });
    if (status.ok()) return true;
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watches_.fd(), nullptr);
    handler_->OnWatchError(std::nullopt, status.error());
    return false;
  }

  // The clock of timerfd is the one of std::chrono::steady_clock: CLOCK_MONOTONIC.
  void SetTimer(std::optional<Clock::time_point> time) {
    itimerspec spec{};  // All zero disarms.
    if (time) {
      const auto since_boot = std::chrono::nanoseconds(time->time_since_epoch()).count();
      spec.it_value.tv_sec = since_boot / 1'000'000'000;
      spec.it_value.tv_nsec = since_boot % 1'000'000'000;
    }
    timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
  }

  Handler* const handler_;
  const UniqueFd wake_;
  const UniqueFd timer_;
  const UniqueFd epoll_;
  InotifyWatches watches_;  // Watcher thread only.
  bool stopping_ = false;   // Watcher thread only.
  Mutex mutex_;
  std::vector<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  std::unique_ptr<Thread> thread_;  // Last: it uses everything above.
};

bool AddToEpoll(const UniqueFd& epoll, const UniqueFd& fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd.get();
  return epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd.get(), &event) == 0;
}

}  // namespace

Result<std::unique_ptr<Watcher>> Watcher::Create(Handler* handler) {
  InotifyWatcher::Descriptors fds;
  fds.inotify = UniqueFd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!fds.inotify.valid()) {
    // EMFILE: fs.inotify.max_user_instances, or the open files of this process.
    const ErrorCode code = errno == EMFILE ? ErrorCode::kWatchLimit : ErrorCode::kWatch;
    return SystemError(code, errno, "inotify_init1", "");
  }
  fds.wake = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!fds.wake.valid()) return SystemError(ErrorCode::kWatch, errno, "eventfd", "");
  fds.timer = UniqueFd(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!fds.timer.valid()) return SystemError(ErrorCode::kWatch, errno, "timerfd_create", "");
  fds.epoll = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (!fds.epoll.valid()) return SystemError(ErrorCode::kWatch, errno, "epoll_create1", "");
  for (const UniqueFd* fd : {&fds.inotify, &fds.wake, &fds.timer}) {
    if (!AddToEpoll(fds.epoll, *fd)) {
      return SystemError(ErrorCode::kWatch, errno, "epoll_ctl", "");
    }
  }

  auto watcher = std::make_unique<InotifyWatcher>(std::move(fds), handler);
  if (const Status started = watcher->Start(); !started.ok()) return started.error();
  return std::unique_ptr<Watcher>(std::move(watcher));
}

}  // namespace dynamic_reload
