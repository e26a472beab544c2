#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "os/signal_inquiry.h"
#include "os/stack_search.h"
#include "os/thread_scan.h"
#include "os/thread_start.h"
#include "os/unique_fd.h"

namespace dynamic_reload {

namespace {

using Clock = std::chrono::steady_clock;

Mutex one_at_a_time;  // The signal and its handler are the process's.

enum class Look { kSeen, kRunning, kUnreadable };

// The other threads of the process; nothing when they cannot be listed.
std::optional<std::vector<pid_t>> ListOtherThreads() {
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks(opendir("/proc/self/task"), closedir);
  if (tasks == nullptr) return std::nullopt;
  const auto self = static_cast<pid_t>(syscall(SYS_gettid));
  std::vector<pid_t> threads;
  while (const dirent* entry = readdir(tasks.get())) {
    const auto thread = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
    if (thread != 0 && thread != self) threads.push_back(thread);
  }
  return threads;
}

// Where a thread ends while it is listed, the kernel may leave out another one. So they are listed
// until nothing changes, and where threads always come and go, several times.
std::optional<std::vector<pid_t>> OtherThreads() {
  constexpr int kLists = 8;
  std::set<pid_t> all;
  std::vector<pid_t> previous;
  for (int list = 0; list < kLists; ++list) {
    auto threads = ListOtherThreads();
    if (!threads) return std::nullopt;
    all.insert(threads->begin(), threads->end());
    if (list > 0 && *threads == previous) break;
    previous = std::move(*threads);
  }
  return std::vector<pid_t>(all.begin(), all.end());
}

// Whether there are others, which came since. `known` is sorted.
bool HasAnyBut(const std::vector<pid_t>& known) {
  const auto threads = ListOtherThreads();
  return !threads || !std::all_of(threads->begin(), threads->end(), [&](pid_t thread) {
    return std::binary_search(known.begin(), known.end(), thread);
  });
}

bool HasEnded(pid_t thread) {
  return syscall(SYS_tgkill, getpid(), thread, 0) != 0 && errno == ESRCH;
}

// What the kernel says about a blocked thread: proc(5), /proc/[pid]/syscall. Empty for one that is
// gone.
std::string ReadState(int fd) {
  char text[256];
  const ssize_t count = pread(fd, text, sizeof text, 0);
  return count > 0 ? std::string(text, static_cast<size_t>(count)) : "";
}

// "running", or a line that ends with the stack pointer and the program counter.
std::optional<std::array<uintptr_t, 2>> RegistersIn(const std::string& state) {
  const size_t last = state.rfind(' ');
  if (last == std::string::npos || last == 0) return std::nullopt;
  const size_t before = state.rfind(' ', last - 1);
  if (before == std::string::npos) return std::nullopt;
  return {{std::strtoul(state.c_str() + before, nullptr, 16),
           std::strtoul(state.c_str() + last, nullptr, 16)}};
}

// Searches a thread that is blocked, and still is in the same place afterwards.
Look LookAt(pid_t thread, RangeHits& hits) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/task/%d/syscall", thread);
  const UniqueFd file(open(path, O_RDONLY | O_CLOEXEC));
  // Where there is no such file, or it is forbidden, the thread may still answer for itself.
  if (!file.valid()) return HasEnded(thread) ? Look::kSeen : Look::kRunning;
  const std::string state = ReadState(file.get());
  if (state.empty()) return Look::kSeen;  // It has ended.
  const auto registers = RegistersIn(state);
  if (!registers) return Look::kRunning;

  const auto [stack_pointer, program_counter] = *registers;
  hits.NoteProgramCounter(program_counter);
  uintptr_t words[512];
  if (!SearchStack(thread, stack_pointer, {words, 512}, hits)) return Look::kUnreadable;
  return ReadState(file.get()) == state ? Look::kSeen : Look::kRunning;
}

// Asks threads that are running, and looks at those that block meanwhile. Returns whether each was
// seen in time.
bool AskRunning(std::vector<pid_t> threads, RangeHits& hits, Clock::time_point end) {
  SignalInquiry inquiry(threads, hits);
  const auto is_done = [&](pid_t thread) {
    return inquiry.HasAnswered(thread) || LookAt(thread, hits) == Look::kSeen;
  };
  for (;;) {
    threads.erase(std::remove_if(threads.begin(), threads.end(), is_done), threads.end());
    if (threads.empty()) return !inquiry.failed();
    if (Clock::now() > end) return false;
    inquiry.WaitForAnswer();
  }
}

}  // namespace

ThreadScan ScanThreads(const std::vector<AddressRange>& ranges,
                       std::chrono::milliseconds deadline) {
  ThreadScan scan{std::vector<bool>(ranges.size()), true, false};
  const auto threads = OtherThreads();
  if (threads && threads->empty()) return scan;
  scan.complete = threads.has_value();
  if (!threads) return scan;

  MutexLock lock(one_at_a_time);
  const auto end = Clock::now() + deadline;  // What others took is not for this one to pay.
  RangeHits hits(ranges);
  std::vector<pid_t> running;
  for (const pid_t thread : *threads) {
    // Asked first: one that has started by then is seen where it is.
    if (IsStarting(thread)) scan.starting = true;
    const Look look = LookAt(thread, hits);
    if (look == Look::kRunning) running.push_back(thread);
    if (look == Look::kUnreadable) scan.complete = false;
  }
  if (!running.empty() && !AskRunning(running, hits, end)) scan.complete = false;
  // One that was listed may have made another before it was looked at, and ended.
  if (HasAnyBut(*threads)) scan.starting = true;
  scan.entered = hits.Get();
  return scan;
}

}  // namespace dynamic_reload
