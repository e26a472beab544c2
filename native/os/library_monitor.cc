#include "os/library_monitor.h"

#include <future>
#include <optional>
#include <set>
#include <utility>

#include "os/shadow_copy.h"

namespace dynamic_reload {

Result<std::unique_ptr<LibraryMonitor>> LibraryMonitor::Create() {
  std::unique_ptr<LibraryMonitor> monitor(new LibraryMonitor);
  auto watcher = Watcher::Create(monitor.get());
  if (!watcher.ok()) return watcher.error();
  monitor->watcher_ = std::move(watcher).value();
  return monitor;
}

LibraryMonitor::~LibraryMonitor() = default;

LibraryId LibraryMonitor::Add(const std::string& path, Subscription subscription,
                              const Options& options) {
  const LibraryId id = next_id_++;
  Library library(path, std::move(subscription), options);
  watcher_->Post([this, id, library] { StartWatching(id, library); });
  return id;
}

void LibraryMonitor::Remove(LibraryId id) {
  watcher_->Post([this, id] {
    watcher_->Unwatch(id);
    dependencies_.Remove(id, [this](WatchId watch) { watcher_->Unwatch(watch); });
    libraries_.erase(id);
  });
}

void LibraryMonitor::Accept(LibraryId id, std::string copy) {
  watcher_->Post([this, id, copy = std::move(copy)] {
    const auto it = libraries_.find(id);
    if (it == libraries_.end()) return;
    if (it->second.newest_copy == copy) it->second.newest_copy.clear();
    it->second.running_copy = copy;
    it->second.rejected = false;
    LookAfter(it->second, copy);
  });
}

void LibraryMonitor::Reject(LibraryId id, std::string copy) {
  watcher_->Post([this, id, copy = std::move(copy)] {
    dependencies_.DeleteSet(copy);
    const auto it = libraries_.find(id);
    if (it == libraries_.end() || it->second.newest_copy != copy) return;
    it->second.newest_copy.clear();
    it->second.rejected = true;
    LookAfter(it->second, copy);
  });
}

void LibraryMonitor::LookAfter(Library& library, const std::string& copy) {
  if (library.look_after != copy) return;
  library.look_after.clear();
  library.schedule.Note(Watcher::Clock::now());
}

void LibraryMonitor::Offer(LibraryId id, const OfferedCopy& offer) {
  watcher_->Post([this, id, offer] {
    const auto it = libraries_.find(id);
    if (it == libraries_.end()) return;
    Library& library = it->second;
    const Status linked = LinkCopy(offer.version->path(), offer.destination);
    if (linked.ok()) library.newest_copy = offer.destination;
    Push(id, library, linked.ok() ? Result<std::string>(offer.destination) : linked.error());
    if (offer.look_afterwards) library.look_after = offer.destination;
    if (!linked.ok()) LookAfter(library, offer.destination);
  });
}

void LibraryMonitor::Discard(std::string copy) {
  watcher_->Post([this, copy = std::move(copy)] {
    dependencies_.DeleteSet(copy);
    for (auto& [id, library] : libraries_) {
      if (library.newest_copy == copy) library.newest_copy.clear();
      LookAfter(library, copy);
    }
  });
}

void LibraryMonitor::SwitchTrace(TraceQueue& queue, bool on) {
  if (!queue.Switch(on)) return;
  if (on) {
    trace().AddReader();
  } else {
    trace().RemoveReader();
  }
}

void LibraryMonitor::Flush() {
  std::promise<void> reached;
  watcher_->Post([&reached] { reached.set_value(); });
  reached.get_future().wait();
}

void LibraryMonitor::StartWatching(LibraryId id, Library new_library) {
  Library& library = libraries_.emplace(id, std::move(new_library)).first->second;
  // First the watch, then the first look: whatever happens in between is an event.
  const Status status = watcher_->Watch(id, library.path, library.subscription.mode);
  if (!status.ok()) {
    Push(id, library, status.error());
    return;
  }
  Look(id, library);
}

void LibraryMonitor::OnFileEvent(WatchId watch, FileEvent event) {
  const auto it = libraries_.find(dependencies_.OwnerOf(watch));
  if (it == libraries_.end()) return;
  Library& library = it->second;
  const TraceSubject says = trace().Of(it->first);
  // Attributes do not make a good file bad, but permissions may have kept a file from being read.
  if (event == FileEvent::kAttributes && !library.failed) {
    return says.Decision("skip", "touched only");
  }
  // What the loader did not want is no better for it, and one build is one failure.
  if (event == FileEvent::kMaybeWritten && library.rejected && !library.is_news) {
    return says.Decision("skip", "refused before, and perhaps touched only");
  }
  // Who asks for the first version gets an answer in bounded time, however often the file changes.
  if (!library.may_be_silent()) return says.Decision("skip", "it is being looked at already");
  // Of a file that appeared, the end of its writing will be reported. A look is still worth it: it
  // may have been moved here without a name before, finished.
  const bool waits_for_another = library.watches_dependencies && library.schedule.due();
  library.may_be_busy = event != FileEvent::kCreated || (waits_for_another && library.may_be_busy);
  if (event != FileEvent::kAttributes && event != FileEvent::kMaybeWritten) {
    library.is_news = true;
  }
  library.settled.reset();
  library.settled_set.clear();
  const auto now = Watcher::Clock::now();
  if (!library.noticed) {
    library.noticed = now;
    library.subscription.queue->Announce();
  }
  library.schedule.Note(now);
  says.Decision("look", NameOf(event), ", after a quiet time of ", library.schedule.quiet());
}

void LibraryMonitor::Route(TraceEntry entry) {
  entry.subject = dependencies_.OwnerOf(entry.subject);
  std::set<TraceQueue*> told;
  for (const auto& [id, library] : libraries_) {
    TraceQueue* queue = library.subscription.trace.get();
    const bool is_concerned = entry.subject == 0 || entry.subject == id;
    if (is_concerned && queue != nullptr && told.insert(queue).second) queue->Push(entry);
  }
}

void LibraryMonitor::OnWatchError(std::optional<WatchId> watch, const Error& error) {
  const LibraryId concerned = watch ? dependencies_.OwnerOf(*watch) : LibraryId{};
  std::set<ChangeQueue*> told;  // Several libraries share a queue.
  for (const auto& [id, library] : libraries_) {
    ChangeQueue* queue = library.subscription.queue.get();
    if ((!watch || concerned == id) && told.insert(queue).second) queue->PushError(error);
  }
}

void LibraryMonitor::OnEventsRefused(WatchId watch, const Error& reason) {
  const LibraryId id = dependencies_.OwnerOf(watch);
  const auto it = libraries_.find(id);
  if (it != libraries_.end()) it->second.subscription.queue->PushWarning({id, reason});
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

}  // namespace dynamic_reload
