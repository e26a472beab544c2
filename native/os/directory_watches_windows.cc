#include <algorithm>
#include <utility>

#include "os/directory_watches.h"
#include "os/system_error.h"
#include "os/wide_text.h"

namespace dynamic_reload {

namespace {

bool IsWatched(const PathPlan::Entry& entry) { return entry.is_file || !entry.is_directory; }

bool IsIn(const PathPlan& plan, const std::string& directory) {
  return std::any_of(plan.entries.begin(), plan.entries.end(), [&](const PathPlan::Entry& entry) {
    return IsWatched(entry) && entry.directory == directory;
  });
}

// A name is the same in capitals. Somebody may also have used the short one of MS-DOS, with a
// tilde, which could be that of any file.
bool IsSameName(const std::string& name, const std::wstring& reported) {
  const std::wstring wide = Utf16(name);
  return reported.find(L'~') != std::wstring::npos ||
         CompareStringOrdinal(wide.c_str(), static_cast<int>(wide.size()), reported.c_str(),
                              static_cast<int>(reported.size()), TRUE) == CSTR_EQUAL;
}

const char* WordOf(DWORD action) {
  switch (action) {
    case FILE_ACTION_ADDED:
      return "added";
    case FILE_ACTION_REMOVED:
      return "removed";
    case FILE_ACTION_MODIFIED:
      return "modified";
    case FILE_ACTION_RENAMED_OLD_NAME:
      return "renamed from";
    default:
      return "renamed to";
  }
}

FileEvent EventOf(DWORD action) {
  switch (action) {
    case FILE_ACTION_ADDED:
      return FileEvent::kCreated;
    case FILE_ACTION_MODIFIED:
      return FileEvent::kWritten;
    default:
      return FileEvent::kReplaced;
  }
}

}  // namespace

DirectoryWatches::~DirectoryWatches() {
  paths_.clear();
  CloseUnused();
  const auto is_answered = [](const auto& reader) { return reader->is_idle(); };
  while (!std::all_of(closed_.begin(), closed_.end(), is_answered)) {
    DWORD size = 0;
    ULONG_PTR key = 0;
    OVERLAPPED* overlapped = nullptr;
    GetQueuedCompletionStatus(port_, &size, &key, &overlapped, INFINITE);
    if (overlapped != nullptr) reinterpret_cast<DirectoryReader*>(key)->Take(false, 0);
  }
}

Status DirectoryWatches::Add(WatchId watch, const std::string& path) {
  WatchedPath& watched = paths_[watch];
  watched.path = path;
  Status status = Replan(watched);
  if (!status.ok()) Remove(watch);
  return status;
}

void DirectoryWatches::Remove(WatchId watch) {
  paths_.erase(watch);
  CloseUnused();
}

// Plans, watches, and plans again until both plans agree: what changes in between is seen by the
// second plan, what changes later by the watches.
Status DirectoryWatches::Replan(WatchedPath& watched) {
  constexpr int kAttempts = 8;  // More means that it changes all the time; events will follow.
  Status status = Done{};
  PathPlan plan = PlanPath(watched.path);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    status = OpenReaders(plan);
    PathPlan again = PlanPath(watched.path);
    if (again == plan) break;
    plan = std::move(again);
  }
  watched.plan = std::move(plan);
  CloseUnused();
  return status;
}

Status DirectoryWatches::OpenReaders(const PathPlan& plan) {
  Status status = Done{};
  for (const PathPlan::Entry& entry : plan.entries) {
    if (!IsWatched(entry) || readers_.count(entry.directory) > 0) continue;
    auto reader = DirectoryReader::Open(entry.directory, port_);
    if (reader.ok()) {
      readers_.emplace(entry.directory, std::move(reader).value());
    } else if (status.ok() && !IsMissing(reader.error())) {
      status = reader.error();
    }
  }
  return status;
}

void DirectoryWatches::CloseUnused() {
  std::vector<std::string> unused;
  for (const auto& [directory, reader] : readers_) {
    if (WatchesIn(directory).empty()) unused.push_back(directory);
  }
  for (const std::string& directory : unused) CloseReader(directory);
}

void DirectoryWatches::CloseReader(const std::string& directory) {
  const auto it = readers_.find(directory);
  if (it == readers_.end()) return;
  it->second->Close();
  if (!it->second->is_idle()) closed_.push_back(std::move(it->second));
  readers_.erase(it);
}

void DirectoryWatches::Take(DirectoryReader* reader, bool succeeded, DWORD size,
                            const OnEvent& on_event, const OnError& on_error) {
  const std::string directory = reader->directory();
  const DirectoryReader::Report report = reader->Take(succeeded, size);
  const auto is_it = [reader](const auto& closed) { return closed.get() == reader; };
  const auto closed = std::find_if(closed_.begin(), closed_.end(), is_it);
  if (closed != closed_.end()) {
    closed_.erase(closed);
    return;
  }
  for (const DirectoryReader::Change& change : report.changes) {
    Handle(directory, change, on_event, on_error);
  }
  if (!report.is_lost && !report.is_gone) return;
  if (report.is_gone) CloseReader(directory);
  const char* const why = report.is_gone ? "a directory is gone" : "events were lost";
  for (const WatchId watch : WatchesIn(directory)) Rescan(watch, why, on_event, on_error);
}

void DirectoryWatches::Handle(const std::string& directory, const DirectoryReader::Change& change,
                              const OnEvent& on_event, const OnError& on_error) {
  for (const WatchId watch : WatchesIn(directory)) {
    const auto it = paths_.find(watch);
    if (it == paths_.end()) continue;  // The handler of the one before removed it.
    const std::vector<PathPlan::Entry> entries = it->second.plan.entries;
    for (const PathPlan::Entry& entry : entries) {
      const bool is_it =
          IsWatched(entry) && entry.directory == directory && IsSameName(entry.name, change.name);
      if (!is_it) continue;
      trace_.Of(watch).Event(WordOf(change.action), Utf8(change.name));
      if (entry.is_file && change.action == FILE_ACTION_MODIFIED) {
        on_event(watch, FileEvent::kWritten);
      } else if (PlanPath(it->second.path) == it->second.plan) {
        on_event(watch, EventOf(change.action));
      } else {
        Rescan(watch, "a name on the way changed", on_event, on_error);
      }
      break;
    }
  }
}

void DirectoryWatches::Rescan(WatchId watch, const char* why, const OnEvent& on_event,
                              const OnError& on_error) {
  const auto it = paths_.find(watch);
  if (it == paths_.end()) return;
  trace_.Of(watch).Decision("replan", why);
  if (const Status status = Replan(it->second); !status.ok()) on_error(watch, status.error());
  on_event(watch, FileEvent::kReplaced);
}

std::vector<WatchId> DirectoryWatches::WatchesIn(const std::string& directory) const {
  std::vector<WatchId> watches;
  for (const auto& [watch, watched] : paths_) {
    if (IsIn(watched.plan, directory)) watches.push_back(watch);
  }
  return watches;
}

}  // namespace dynamic_reload
