#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
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
#include "os/auto_watches.h"
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
    UniqueFd wake;    // eventfd: something was posted, or the end.
    UniqueFd timer;   // timerfd: the time that OnTick() asked for.
    UniqueFd mounts;  // What is mounted where; invalid without /proc.
    UniqueFd epoll;
  };

  InotifyWatcher(Descriptors descriptors, Handler* handler)
      : handler_(handler),
        wake_(std::move(descriptors.wake)),
        timer_(std::move(descriptors.timer)),
        mounts_(std::move(descriptors.mounts)),
        epoll_(std::move(descriptors.epoll)),
        watches_(std::move(descriptors.inotify), handler) {}

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

  Status Watch(WatchId watch, const std::string& path, WatchMode mode) override {
    return watches_.Add(watch, path, mode);
  }

  void Unwatch(WatchId watch) override { watches_.Remove(watch); }

  bool IsPolled(WatchId watch) const override { return watches_.IsPolled(watch); }

 private:
  void Run() {
    bool watching = true;
    while (!stopping_) {
      const bool is_mounted_anew = Wait();
      Reset(wake_);
      Reset(timer_);
      RunTasks();
      if (watching && is_mounted_anew) watches_.FollowMounts();
      if (watching) watching = ReadEvents();
      watches_.Poll(Clock::now());
      auto next = handler_->OnTick(Clock::now());
      if (const auto due = watches_.due()) next = std::min(next.value_or(*due), *due);
      SetTimer(next);
    }
  }

  // Sleeps until there is something to do. Returns whether something was mounted or unmounted.
  // Which of the others is ready does not matter: asking each costs less than a microsecond.
  bool Wait() {
    epoll_event ready[4];
    // With valid descriptors the only failure is EINTR (epoll_wait(2)), and that is no matter
    // either.
    const int count = epoll_wait(epoll_.get(), ready, 4, -1);
    return std::any_of(ready, ready + std::max(count, 0),
                       [this](const epoll_event& event) { return event.data.fd == mounts_.get(); });
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
    if (watches_.ReadEvents().ok()) return true;
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watches_.fd(), nullptr);
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
  const UniqueFd mounts_;
  const UniqueFd epoll_;
  AutoWatches watches_;    // Watcher thread only.
  bool stopping_ = false;  // Watcher thread only.
  Mutex mutex_;
  std::vector<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  std::unique_ptr<Thread> thread_;  // Last: it uses everything above.
};

bool AddToEpoll(const UniqueFd& epoll, const UniqueFd& fd, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd.get();
  return epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd.get(), &event) == 0;
}

Result<InotifyWatcher::Descriptors> OpenDescriptors() {
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
    if (!AddToEpoll(fds.epoll, *fd, EPOLLIN)) {
      return SystemError(ErrorCode::kWatch, errno, "epoll_ctl", "");
    }
  }
  // Changes are urgent data: proc(5), "/proc/pid/mounts". Without them nothing else is missing.
  fds.mounts = UniqueFd(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
  if (fds.mounts.valid() && !AddToEpoll(fds.epoll, fds.mounts, EPOLLPRI)) fds.mounts = UniqueFd();
  return fds;
}

}  // namespace

Result<std::unique_ptr<Watcher>> Watcher::Create(Handler* handler) {
  auto fds = OpenDescriptors();
  if (!fds.ok()) return CreatePolling(handler, fds.error());
  auto watcher = std::make_unique<InotifyWatcher>(std::move(fds).value(), handler);
  if (const Status started = watcher->Start(); !started.ok()) return started.error();
  return std::unique_ptr<Watcher>(std::move(watcher));
}

}  // namespace dynamic_reload
