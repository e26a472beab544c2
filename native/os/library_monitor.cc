#include "os/library_monitor.h"

#include <future>
#include <optional>
#include <set>
#include <utility>

#include "os/shadow_copy.h"

namespace dynamic_reload {

using Outcome = Preparation::Outcome;

Result<std::unique_ptr<LibraryMonitor>> LibraryMonitor::Create() {
  std::unique_ptr<LibraryMonitor> monitor(new LibraryMonitor);
  auto watcher = Watcher::Create(monitor.get());
  if (!watcher.ok()) return watcher.error();
  monitor->watcher_ = std::move(watcher).value();
  return monitor;
}

LibraryMonitor::~LibraryMonitor() = default;

LibraryId LibraryMonitor::Add(const std::string& path, Subscription subscription) {
  const LibraryId id = next_id_++;
  Library library(path, std::move(subscription));
  watcher_->Post([this, id, library] { StartWatching(id, library); });
  return id;
}

void LibraryMonitor::Remove(LibraryId id) {
  watcher_->Post([this, id] {
    watcher_->Unwatch(id);
    libraries_.erase(id);
  });
}

void LibraryMonitor::Accept(LibraryId id, std::string copy) {
  watcher_->Post([this, id, copy = std::move(copy)] {
    const auto it = libraries_.find(id);
    if (it == libraries_.end()) return;
    if (it->second.newest_copy == copy) it->second.newest_copy.clear();
    it->second.running_copy = copy;
  });
}

void LibraryMonitor::Reject(LibraryId id, std::string copy) {
  watcher_->Post([this, id, copy = std::move(copy)] {
    DeleteCopy(copy);
    const auto it = libraries_.find(id);
    if (it == libraries_.end()) return;
    if (it->second.newest_copy == copy) it->second.newest_copy.clear();
  });
}

void LibraryMonitor::Discard(std::string copy) {
  watcher_->Post([this, copy = std::move(copy)] {
    DeleteCopy(copy);
    for (auto& [id, library] : libraries_) {
      if (library.newest_copy == copy) library.newest_copy.clear();
    }
  });
}

void LibraryMonitor::Flush() {
  std::promise<void> reached;
  watcher_->Post([&reached] { reached.set_value(); });
  reached.get_future().wait();
}

void LibraryMonitor::StartWatching(LibraryId id, Library new_library) {
  Library& library = libraries_.emplace(id, std::move(new_library)).first->second;
  // First the watch, then the first look: whatever happens in between is an event.
  if (const Status status = watcher_->Watch(id, library.path); !status.ok()) {
    Push(id, library, status.error());
    return;
  }
  Look(id, library);
}

void LibraryMonitor::OnFileEvent(WatchId watch, FileEvent event) {
  const auto it = libraries_.find(watch);
  if (it == libraries_.end()) return;
  Library& library = it->second;
  // Attributes do not make a good file bad, but permissions may have kept a file from being read.
  if (event == FileEvent::kAttributes && !library.failed) return;
  // Who asks for the first version gets an answer in bounded time, however often the file changes.
  if (!library.answered) return;
  // Of a file that appeared, the end of its writing will be reported. A look is still worth it: it
  // may have been moved here without a name before, finished.
  library.may_be_busy = event != FileEvent::kCreated;
  if (event != FileEvent::kAttributes) library.is_news = true;
  library.schedule.Note(Watcher::Clock::now());
}

void LibraryMonitor::OnWatchError(std::optional<WatchId> watch, const Error& error) {
  std::set<ChangeQueue*> told;  // Several libraries share a queue.
  for (const auto& [id, library] : libraries_) {
    ChangeQueue* queue = library.subscription.queue.get();
    if ((!watch || *watch == id) && told.insert(queue).second) queue->PushError(error);
  }
}

std::optional<Watcher::Clock::time_point> LibraryMonitor::OnTick(Watcher::Clock::time_point now) {
  std::optional<Watcher::Clock::time_point> next;
  for (auto& [id, library] : libraries_) {
    auto due = library.schedule.due();
    if (due && *due <= now) {
      Look(id, library);
      due = library.schedule.due();
    }
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

void LibraryMonitor::Look(LibraryId id, Library& library) {
  const std::string& baseline =
      library.newest_copy.empty() ? library.running_copy : library.newest_copy;
  Preparation preparation = Prepare(library.path, baseline, *library.subscription.directory);

  const auto now = Watcher::Clock::now();
  if (preparation.outcome == Outcome::kBusy) {
    if (!library.may_be_busy) return library.schedule.Clear();
    if (library.schedule.RetryBusy(now)) return;
  }
  if (preparation.outcome == Outcome::kChanged && library.schedule.RetryBusy(now)) return;
  if (preparation.outcome == Outcome::kIncomplete && library.schedule.RetryIncomplete(now)) return;

  library.schedule.Clear();
  switch (preparation.outcome) {
    case Outcome::kCopied:
      library.newest_copy = preparation.copy;
      return Push(id, library, std::move(preparation.copy));
    case Outcome::kUnchanged:
      library.failed = false;
      return;
    case Outcome::kGone:
      // A deleted library keeps running. Only who asks for the first version is told.
      if (!library.answered) Push(id, library, *preparation.error);
      return;
    case Outcome::kBusy:
    case Outcome::kChanged:
    case Outcome::kIncomplete:
    case Outcome::kFailed:
      if (library.is_news) Push(id, library, *preparation.error);
      return;
  }
}

void LibraryMonitor::Push(LibraryId id, Library& library, Result<std::string> copy) {
  library.answered = true;
  library.is_news = false;
  library.failed = !copy.ok();
  const auto replaced = library.subscription.queue->Push({id, std::move(copy)});
  if (!replaced || !replaced->copy.ok()) return;
  // Replaced by an error, it was still the newest. Nobody will load it now.
  if (library.newest_copy == replaced->copy.value()) library.newest_copy.clear();
  DeleteCopy(replaced->copy.value());
}

}  // namespace dynamic_reload
