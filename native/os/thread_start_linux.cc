#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>

#include "os/thread_start.h"
#include "os/unique_fd.h"

namespace dynamic_reload {

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Entering a function takes microseconds.
constexpr nanoseconds kStartingRun = milliseconds(1);

// What blocks a thread on its way, such as a lock of the memory map, does not do it longer.
constexpr nanoseconds kStartingAge = milliseconds(20);

constexpr long long kSecond = 1'000'000'000;  // In nanoseconds.

std::optional<nanoseconds> Read(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) return std::nullopt;
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

// The clock that pthread_getcpuclockid(3) gives, for a thread of which only the kernel's number is
// known: the number inverted, a bit for "of one thread", and 2 for what the scheduler counts.
clockid_t ProcessorClockOf(pid_t thread) {
  constexpr unsigned kOfThread = 4;
  constexpr unsigned kScheduler = 2;
  return static_cast<clockid_t>(~static_cast<unsigned>(thread) << 3 | kOfThread | kScheduler);
}

struct Statistics {
  bool wants_to_run;
  nanoseconds made_at;  // By CLOCK_BOOTTIME, rounded up to the kernel's ticks.
};

// The third and the 22nd field of /proc/self/task/[tid]/stat, proc(5). The second one is a name in
// parentheses, which may hold anything.
std::optional<Statistics> ReadStatistics(pid_t thread) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
  const UniqueFd file(open(path, O_RDONLY | O_CLOEXEC));
  char text[1024];
  const ssize_t count = file.valid() ? read(file.get(), text, sizeof text - 1) : -1;
  if (count <= 0) return std::nullopt;
  text[count] = '\0';
  const char* const name_end = std::strrchr(text, ')');
  if (name_end == nullptr) return std::nullopt;
  const char* field = name_end;
  for (int number = 2; number < 22; ++number) {
    field = std::strchr(field + 1, ' ');
    if (field == nullptr) return std::nullopt;
  }
  const long long ticks = std::strtoll(field, nullptr, 10) + 1;
  return Statistics{name_end[2] == 'R', nanoseconds(ticks * (kSecond / sysconf(_SC_CLK_TCK)))};
}

}  // namespace

bool IsStarting(pid_t thread) {
  const auto run = Read(ProcessorClockOf(thread));
  if (!run || *run >= kStartingRun) return false;
  const auto statistics = ReadStatistics(thread);
  const auto now = Read(CLOCK_BOOTTIME);
  return statistics && now &&
         (statistics->wants_to_run || *now - statistics->made_at < kStartingAge);
}

}  // namespace dynamic_reload
