#include "os/unloading.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "os/loaded_objects.h"
#include "os/thread_scan.h"

namespace dynamic_reload {

namespace {

// As long as JavaScript can wait without anybody noticing. Only a thread that runs all the time and
// takes no signals makes it that long.
constexpr std::chrono::milliseconds kScanDeadline{20};

// Twice as long as it takes until a thread does not count as starting any more.
constexpr std::chrono::milliseconds kStartDeadline{40};

const LoadedObject* FindObject(const std::string& path, const std::vector<LoadedObject>& objects) {
  const auto found = std::find_if(objects.begin(), objects.end(),
                                  [&](const LoadedObject& object) { return object.path == path; });
  return found == objects.end() ? nullptr : &*found;
}

struct HeldObject {
  LibraryHold hold;
  LoadedObject object;
};

// What has the name of a dependency may be somebody else's, who unloads it at any time. So where it
// is counts from when it is held.
std::vector<HeldObject> HoldDependencies(const std::string& path) {
  const std::vector<LoadedObject> dependencies = DependenciesOf(path, ListLoadedObjects());
  std::vector<LibraryHold> holds;
  holds.reserve(dependencies.size());
  for (const LoadedObject& found : dependencies) holds.push_back(HoldLoaded(found.path));

  const std::vector<LoadedObject> objects = ListLoadedObjects();
  std::vector<HeldObject> held;
  for (size_t index = 0; index < dependencies.size(); ++index) {
    const LoadedObject* object = FindObject(dependencies[index].path, objects);
    const bool is_held = holds[index] != nullptr && object != nullptr;
    if (is_held) held.push_back({std::move(holds[index]), *object});
  }
  return held;
}

}  // namespace

ThreadsInside FindThreadsInside(const std::string& path) {
  const std::vector<HeldObject> dependencies = HoldDependencies(path);
  const std::vector<LoadedObject> objects = ListLoadedObjects();
  const LoadedObject* self = FindObject(path, objects);
  if (self == nullptr) return ThreadsInside::kUnknown;
  std::vector<AddressRange> ranges = {self->code};
  for (const HeldObject& dependency : dependencies) ranges.push_back(dependency.object.code);

  const ThreadScan scan = ScanThreads(ranges, kScanDeadline);
  for (size_t index = 0; index < dependencies.size(); ++index) {
    if (scan.entered[index + 1]) KeepLoaded(dependencies[index].object.path);
  }
  if (scan.entered[0]) return ThreadsInside::kSome;
  return scan.complete && !scan.starting ? ThreadsInside::kNone : ThreadsInside::kUnknown;
}

ThreadsInside FindStartedThreadsInside(const std::string& path) {
  constexpr std::chrono::milliseconds kPause{1};
  const auto end = std::chrono::steady_clock::now() + kStartDeadline;
  for (;;) {
    const ThreadsInside threads = FindThreadsInside(path);
    const bool is_known = threads != ThreadsInside::kUnknown;
    if (is_known || std::chrono::steady_clock::now() > end) return threads;
    std::this_thread::sleep_for(kPause);
  }
}

bool HasDependents(const std::string& path) {
  const std::vector<LoadedObject> objects = ListLoadedObjects();
  const LoadedObject* self = FindObject(path, objects);
  return self != nullptr &&
         std::any_of(objects.begin(), objects.end(), [&](const LoadedObject& object) {
           return object.path != path && object.Needs(*self);
         });
}

bool IsLoaded(const std::string& path) { return HoldLoaded(path) != nullptr; }

}  // namespace dynamic_reload
