#include "os/auto_watches.h"

#include <vector>

#include "os/event_support.h"
#include "os/path_plan.h"

namespace dynamic_reload {

Status AutoWatches::Add(WatchId watch, const std::string& path, WatchMode mode) {
  if (mode == WatchMode::kPoll) {
    polls_.Add(watch, path, Watcher::Clock::now());
    handler_->trace().Of(watch).Decision("poll", "that is what was asked for");
  } else if (Status status = AddToEvents(watch, path, mode); !status.ok()) {
    if (mode == WatchMode::kEvents) return status;
    PollInstead(watch, path, status.error());
  }
  paths_[watch] = {path, mode};
  return Done{};
}

Status AutoWatches::AddToEvents(WatchId watch, const std::string& path, WatchMode mode) {
  using Demand = InotifyWatches::Demand;
  if (failure_) return *failure_;
  return events_.Add(watch, path,
                     mode == WatchMode::kAuto ? Demand::kEveryChange : Demand::kWhatIsReported);
}

void AutoWatches::Remove(WatchId watch) {
  events_.Remove(watch);
  polls_.Remove(watch);
  paths_.erase(watch);
}

Status AutoWatches::ReadEvents() {
  Status status = events_.ReadEvents(
      [this](WatchId watch, FileEvent event) { handler_->OnFileEvent(watch, event); },
      [this](WatchId watch, const Error& error) { OnError(watch, error); });
  if (status.ok()) return status;
  failure_ = status.error();
  std::vector<WatchId> stopped;
  for (const auto& [watch, watched] : paths_) {
    if (!IsPolled(watch)) stopped.push_back(watch);
  }
  for (const WatchId watch : stopped) OnError(watch, status.error());
  return status;
}

void AutoWatches::FollowMounts() {
  events_.FollowMounts(
      [this](WatchId watch, FileEvent event) { handler_->OnFileEvent(watch, event); },
      [this](WatchId watch, const Error& error) { OnError(watch, error); });
}

void AutoWatches::Poll(Watcher::Clock::time_point now) {
  polls_.Poll(now, [this](WatchId watch, FileEvent event) { OnPolled(watch, event); });
}

void AutoWatches::OnError(WatchId watch, const Error& error) {
  const auto it = paths_.find(watch);
  if (it == paths_.end()) return;
  if (it->second.mode == WatchMode::kEvents) return handler_->OnWatchError(watch, error);
  events_.Remove(watch);
  PollInstead(watch, it->second.path, error);
}

void AutoWatches::OnPolled(WatchId watch, FileEvent event) {
  const auto it = paths_.find(watch);
  if (it == paths_.end()) return;
  const auto& [path, mode] = it->second;
  handler_->trace().Of(watch).Event("polled", NameOf(event));
  // It may lead to a file system by now that reports what happens.
  if (event == FileEvent::kReplaced && mode == WatchMode::kAuto &&
      AddToEvents(watch, path, mode).ok()) {
    polls_.Remove(watch);
    handler_->trace().Of(watch).Decision("listen", "its file system reports changes");
  }
  handler_->OnFileEvent(watch, event);
}

void AutoWatches::PollInstead(WatchId watch, const std::string& path, const Error& reason) {
  polls_.Add(watch, path, Watcher::Clock::now());
  handler_->trace().Of(watch).Decision("poll", reason.message);
  // That a file system reports too little is its nature. That the kernel refuses can be changed.
  if (DeliversEvents(PlanPath(path))) handler_->OnEventsRefused(watch, reason);
}

}  // namespace dynamic_reload
