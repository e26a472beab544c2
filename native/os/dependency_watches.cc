#include "os/dependency_watches.h"

#include <utility>

#include "os/shadow_copy.h"

namespace dynamic_reload {

bool DependencyWatches::Update(LibraryId library, const std::set<std::string>& places,
                               const NextId& next_id, const Watch& watch, const Unwatch& unwatch,
                               const std::function<void(const Error&)>& on_error) {
  auto& watched = places_[library];
  for (auto it = watched.begin(); it != watched.end();) {
    if (places.count(it->first) == 1) {
      ++it;
      continue;
    }
    unwatch(it->second);
    owners_.erase(it->second);
    it = watched.erase(it);
  }
  bool is_any_new = false;
  for (const std::string& place : places) {
    if (watched.count(place) == 1) continue;
    const WatchId id = next_id();
    // Noted also when it fails, so that it is told once.
    watched.emplace(place, id);
    owners_.emplace(id, library);
    is_any_new = true;
    if (const Status status = watch(id, place); !status.ok()) on_error(status.error());
  }
  return is_any_new;
}

void DependencyWatches::Remove(LibraryId library, const Unwatch& unwatch) {
  const auto watched = places_.find(library);
  if (watched == places_.end()) return;
  for (const auto& [place, id] : watched->second) {
    unwatch(id);
    owners_.erase(id);
  }
  places_.erase(watched);
}

LibraryId DependencyWatches::OwnerOf(WatchId watch) const {
  const auto owner = owners_.find(watch);
  return owner == owners_.end() ? watch : owner->second;
}

void DependencyWatches::AddSet(CopySet set) {
  std::string first = set.copies[0];
  sets_.insert_or_assign(std::move(first), std::move(set));
}

const CopySet* DependencyWatches::SetOf(const std::string& copy) const {
  const auto set = sets_.find(copy);
  return set == sets_.end() ? nullptr : &set->second;
}

void DependencyWatches::DeleteSet(const std::string& copy) {
  const auto set = sets_.find(copy);
  if (set == sets_.end()) return DeleteCopy(copy);
  for (const std::string& part : set->second.copies) DeleteCopy(part);
  sets_.erase(set);
}

}  // namespace dynamic_reload
