#include "os/inotify_watches.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "os/event_support.h"
#include "os/inotify_event_name.h"
#include "os/system_error.h"

namespace dynamic_reload {

namespace {

// That a directory is moved away, whatever happens in it.
constexpr uint32_t kDirectoryMask = IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD;

// Names that appear in a directory, and those that go: the directory itself may be next.
constexpr uint32_t kEntryMask =
    IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR | IN_MASK_ADD;

// Never IN_MODIFY: it floods the queue while a file is written, says nothing about the end of the
// writing, and a writer that maps the file does not raise it.
constexpr uint32_t kFileMask = kEntryMask | IN_CLOSE_WRITE | IN_ATTRIB | IN_EXCL_UNLINK;
constexpr uint32_t kInodeMask = IN_CLOSE_WRITE | IN_MASK_ADD;

// The directory is not where it was, or the kernel dropped the watch.
constexpr uint32_t kLostMask = IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED;

// A symbolic link or a second name of a finished file is complete at birth; for them nothing but
// their creation is reported. Any other new file is empty and its writer will close it.
bool IsCompleteAtBirth(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return false;
  return S_ISLNK(status.st_mode) || (status.st_size > 0 && status.st_nlink > 1);
}

Error WatchError(int number, const std::string& path) {
  const ErrorCode code = number == ENOSPC ? ErrorCode::kWatchLimit : ErrorCode::kWatch;
  return SystemError(code, number, "inotify_add_watch", path);
}

}  // namespace

Status InotifyWatches::Add(WatchId watch, const std::string& path, Demand demand) {
  WatchedPath& watched = paths_[watch];
  watched.path = path;
  watched.demand = demand;
  Status status = Replan(watch, watched);
  if (!status.ok()) Remove(watch);
  return status;
}

void InotifyWatches::Remove(WatchId watch) {
  const auto it = paths_.find(watch);
  if (it == paths_.end()) return;
  for (const int descriptor : it->second.descriptors) Forget(watch, descriptor);
  paths_.erase(it);
}

// Plans, watches, and plans again until both plans agree: what changes in between is seen by the
// second plan, what changes later by the watches.
Status InotifyWatches::Replan(WatchId watch, WatchedPath& watched) {
  constexpr int kAttempts =
      8;  // More means that the path changes all the time; events will follow.
  Interests wanted;
  Status status = Done{};
  std::set<int> known = std::exchange(watched.descriptors, {});
  PathPlan plan = PlanPath(watched.path);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    wanted.clear();
    status = ApplyPlan(watch, watched.path, plan, wanted);
    for (const auto& [descriptor, list] : wanted) known.insert(descriptor);
    PathPlan again = PlanPath(watched.path);
    if (again == plan) break;
    plan = std::move(again);
  }

  watched.inode = -1;
  for (auto& [descriptor, list] : wanted) {
    if (list.back().kind == Interest::Kind::kInode) watched.inode = descriptor;
    RemoveInterests(watch, descriptor);
    auto& all = interests_[descriptor];
    std::move(list.begin(), list.end(), std::back_inserter(all));
    watched.descriptors.insert(descriptor);
    known.erase(descriptor);
  }
  for (const int descriptor : known) Forget(watch, descriptor);
  if (plan.file_exists && !watched.plan.file_exists) NarrowWatches(plan);
  if (status.ok() && watched.demand == Demand::kEveryChange && !DeliversEvents(plan)) {
    status =
        Error{ErrorCode::kWatch, "", watched.path, "its file system does not report all", 0, ""};
  }
  watched.plan = std::move(plan);
  return status;
}

// For a path on which nothing but the file became another one: most rebuilds. Returns whether that
// was so; otherwise the path needs a new plan.
bool InotifyWatches::RenewInode(WatchId watch, WatchedPath& watched) {
  const auto old = interests_.find(watched.inode);
  const bool is_shared = old != interests_.end() && old->second.size() > 1;
  if (is_shared || !(PlanPath(watched.path) == watched.plan)) return false;

  const int inode = inotify_add_watch(fd_.get(), watched.path.c_str(), kInodeMask);
  if (inode < 0) return false;
  if (inode == watched.inode) return true;
  if (old != interests_.end()) Forget(watch, watched.inode);
  watched.descriptors.erase(watched.inode);
  watched.descriptors.insert(inode);
  watched.inode = inode;
  interests_[inode].push_back({watch, Interest::Kind::kInode, ""});
  return true;
}

uint32_t InotifyWatches::MaskOf(Interest::Kind kind) {
  switch (kind) {
    case Interest::Kind::kDirectory:
      return kDirectoryMask;
    case Interest::Kind::kEntry:
      return kEntryMask;
    case Interest::Kind::kFile:
      return kFileMask;
    case Interest::Kind::kInode:
      return kInodeMask;
  }
  return 0;
}

// Masks only grow while they are added to. Now that the file exists, the directories on the way
// need less, or every file that anybody makes in one of them would wake the thread up.
void InotifyWatches::NarrowWatches(const PathPlan& plan) {
  for (const PathPlan::Entry& entry : plan.entries) {
    if (!entry.is_directory) continue;
    const std::string where = entry.directory + '/' + entry.name;
    const int descriptor = inotify_add_watch(fd_.get(), where.c_str(), kDirectoryMask);
    uint32_t mask = 0;
    if (const auto it = interests_.find(descriptor); it != interests_.end()) {
      for (const Interest& interest : it->second) mask |= MaskOf(interest.kind);
    }
    if (mask == 0) continue;  // Swapped just now, as an event will tell.
    const int narrowed = inotify_add_watch(fd_.get(), where.c_str(), mask & ~uint32_t{IN_MASK_ADD});
    if (interests_.count(narrowed) == 0) inotify_rm_watch(fd_.get(), narrowed);
  }
}

Status InotifyWatches::ApplyPlan(WatchId watch, const std::string& path, const PathPlan& plan,
                                 Interests& wanted) {
  Status status = Done{};
  const auto add = [&](const std::string& where, Interest interest) {
    const int descriptor = inotify_add_watch(fd_.get(), where.c_str(), MaskOf(interest.kind));
    if (descriptor >= 0) {
      wanted[descriptor].push_back(std::move(interest));
    } else if (status.ok() && MattersTo(interest.kind, errno)) {
      status = WatchError(errno, path);  // What the user knows, not what led there.
    }
  };
  for (const PathPlan::Entry& entry : plan.entries) {
    if (entry.is_file) {
      add(entry.directory, {watch, Interest::Kind::kFile, entry.name});
    } else if (entry.is_directory && plan.file_exists) {
      // A directory with the file in it can only be moved away. What else appears beside it (think
      // of the temporary directory) is not worth waking up for.
      add(entry.directory + '/' + entry.name, {watch, Interest::Kind::kDirectory, ""});
    } else {
      // One without the file can be deleted, which the kernel reports only when the last process
      // that stands in it has left. So wait for what comes in its place.
      add(entry.directory, {watch, Interest::Kind::kEntry, entry.name});
    }
  }
  add(path, {watch, Interest::Kind::kInode, ""});
  return status;
}

// What is gone meanwhile is missing in the next plan. A directory that may be passed through but
// not read cannot be watched; only its being swapped goes unseen. A file that cannot be read cannot
// be loaded either.
bool InotifyWatches::MattersTo(Interest::Kind kind, int number) {
  if (number == ENOENT || number == ENOTDIR || number == ELOOP) return false;
  return number != EACCES || kind == Interest::Kind::kFile;
}

void InotifyWatches::RemoveInterests(WatchId watch, int descriptor) {
  const auto it = interests_.find(descriptor);
  if (it == interests_.end()) return;
  auto& list = it->second;
  list.erase(std::remove_if(list.begin(), list.end(),
                            [watch](const Interest& i) { return i.watch == watch; }),
             list.end());
  if (list.empty()) interests_.erase(it);
}

void InotifyWatches::Forget(WatchId watch, int descriptor) {
  RemoveInterests(watch, descriptor);
  if (interests_.count(descriptor) > 0) return;
  inotify_rm_watch(fd_.get(), descriptor);  // Fails only when the kernel already dropped it.
}

Status InotifyWatches::ReadEvents(const OnEvent& on_event, const OnError& on_error) {
  alignas(inotify_event) char buffer[16384];
  ssize_t size = 0;
  do {
    size = read(fd_.get(), buffer, sizeof buffer);
  } while (size < 0 && errno == EINTR);
  if (size < 0 && errno == EAGAIN) return Done{};
  if (size < 0) return SystemError(ErrorCode::kWatch, errno, "read", "inotify");
  for (ssize_t offset = 0; offset < size;) {
    const auto* event = reinterpret_cast<const inotify_event*>(buffer + offset);
    offset += static_cast<ssize_t>(sizeof *event + event->len);
    Handle(*event, on_event, on_error);
  }
  return Done{};
}

void InotifyWatches::Handle(const inotify_event& event, const OnEvent& on_event,
                            const OnError& on_error) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) {
    trace_.OfAll().Event("overflow", "the kernel lost events");
    return RescanAll({"events were lost", true}, on_event, on_error);
  }
  const auto it = interests_.find(event.wd);
  if (it == interests_.end()) return;  // Removed after the kernel queued this.
  // A copy: handling replaces the list.
  const std::vector<Interest> interested = it->second;
  for (const Interest& interest : interested) {
    HandleInterest(interest, event, on_event, on_error);
  }
  if ((event.mask & IN_IGNORED) != 0) interests_.erase(event.wd);
}

void InotifyWatches::HandleInterest(const Interest& interest, const inotify_event& event,
                                    const OnEvent& on_event, const OnError& on_error) {
  using Kind = Interest::Kind;
  if (paths_.count(interest.watch) == 0) return;  // The handler of the interest before removed it.
  const std::string name = event.len > 0 ? event.name : "";
  const bool is_lost = (event.mask & kLostMask) != 0 && name.empty();
  if (interest.kind == Kind::kInode) {
    if ((event.mask & IN_CLOSE_WRITE) == 0) return;
    TraceEvent(interest.watch, event);
    return on_event(interest.watch, FileEvent::kWritten);
  }
  if (!is_lost && (interest.kind == Kind::kDirectory || interest.name != name)) return;
  TraceEvent(interest.watch, event);
  if (is_lost) {
    return Rescan(interest.watch, {"a directory is not where it was", true}, on_event, on_error);
  }
  if (interest.kind == Kind::kEntry) {
    return Rescan(interest.watch, {"a name on the way changed", true}, on_event, on_error);
  }

  if ((event.mask & (IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)) != 0) {
    HandleReplaced(interest.watch, on_event, on_error);
  } else if ((event.mask & IN_CREATE) != 0) {
    const std::string path = paths_[interest.watch].path;
    if (IsCompleteAtBirth(path)) {
      HandleReplaced(interest.watch, on_event, on_error);
    } else {
      if (const Status status = Replan(interest.watch, paths_[interest.watch]); !status.ok()) {
        on_error(interest.watch, status.error());
      }
      on_event(interest.watch, FileEvent::kCreated);
    }
  } else if ((event.mask & IN_CLOSE_WRITE) != 0) {
    on_event(interest.watch, FileEvent::kWritten);
  } else if ((event.mask & IN_ATTRIB) != 0) {
    on_event(interest.watch, FileEvent::kAttributes);
  }
}

void InotifyWatches::HandleReplaced(WatchId watch, const OnEvent& on_event,
                                    const OnError& on_error) {
  if (RenewInode(watch, paths_[watch])) {
    on_event(watch, FileEvent::kReplaced);
  } else {
    Rescan(watch, {"more than the file changed", true}, on_event, on_error);
  }
}

void InotifyWatches::TraceEvent(WatchId watch, const inotify_event& event) const {
  if (!trace_.on()) return;
  trace_.Of(watch).Event(InotifyEventName(event.mask), event.len > 0 ? event.name : "");
}

void InotifyWatches::RescanAll(const RescanReason& why, const OnEvent& on_event,
                               const OnError& on_error) {
  std::vector<WatchId> all;
  for (const auto& [watch, watched] : paths_) all.push_back(watch);
  for (const WatchId watch : all) Rescan(watch, why, on_event, on_error);
}

void InotifyWatches::Rescan(WatchId watch, const RescanReason& why, const OnEvent& on_event,
                            const OnError& on_error) {
  const auto it = paths_.find(watch);
  if (it == paths_.end()) return;
  trace_.Of(watch).Decision("replan", why.words);
  const std::set<int> before = it->second.descriptors;
  const Status status = Replan(watch, it->second);
  // A descriptor stays with its inode.
  const bool is_elsewhere = it->second.descriptors != before;
  if (!status.ok()) on_error(watch, status.error());
  if (is_elsewhere || why.is_news) on_event(watch, FileEvent::kReplaced);
}

}  // namespace dynamic_reload
