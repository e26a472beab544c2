#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/mutex.h"
#include "os/range_hits.h"
#include "os/suspended_thread.h"
#include "os/thread_scan.h"
#include "os/unique_handle.h"
#include "os/windows_api.h"

// Behind <windows.h>, without which it does not compile.
#include <tlhelp32.h>

namespace dynamic_reload {

namespace {

// Two that suspend each other would both wait for ever.
Mutex one_at_a_time;

// The other threads of the process, in order; nothing when they cannot be listed.
std::optional<std::vector<DWORD>> OtherThreads() {
  const UniqueFile snapshot(
      reinterpret_cast<intptr_t>(CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0)));
  if (!snapshot.valid()) return std::nullopt;
  const auto list = reinterpret_cast<HANDLE>(snapshot.get());
  std::vector<DWORD> threads;
  THREADENTRY32 entry{};
  entry.dwSize = sizeof entry;
  for (BOOL more = Thread32First(list, &entry); more != 0; more = Thread32Next(list, &entry)) {
    const bool is_ours = entry.th32OwnerProcessID == GetCurrentProcessId();
    if (is_ours && entry.th32ThreadID != GetCurrentThreadId()) {
      threads.push_back(entry.th32ThreadID);
    }
  }
  std::sort(threads.begin(), threads.end());
  return threads;
}

// Whether there are others, which came since.
bool HasAnyBut(const std::vector<DWORD>& known) {
  const auto threads = OtherThreads();
  return !threads || !std::includes(known.begin(), known.end(), threads->begin(), threads->end());
}

}  // namespace

// A suspended thread is where it is: nobody has to be waited for.
ThreadScan ScanThreads(const std::vector<AddressRange>& ranges,
                       std::chrono::milliseconds /*deadline*/) {
  ThreadScan scan{std::vector<bool>(ranges.size()), true, false};
  MutexLock lock(one_at_a_time);
  const auto threads = OtherThreads();
  scan.complete = threads.has_value();
  if (!threads) return scan;

  RangeHits hits(ranges);
  for (const DWORD thread : *threads) {
    const ThreadLook look = LookAtThread(thread, hits);
    if (look == ThreadLook::kUnreadable) scan.complete = false;
    if (look == ThreadLook::kStarting) scan.starting = true;
  }
  // One that was listed may have made another before it was looked at, and ended.
  if (HasAnyBut(*threads)) scan.starting = true;
  scan.entered = hits.Get();
  return scan;
}

}  // namespace dynamic_reload
