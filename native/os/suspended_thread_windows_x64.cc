#include <algorithm>
#include <cstdint>
#include <optional>

#include "os/suspended_thread.h"

// Behind <windows.h>, without which it does not compile.
#include <winternl.h>

namespace dynamic_reload {

namespace {

// Of the values of THREADINFOCLASS, and what is read by the first. Headers have these in part only,
// and not all the same.
constexpr auto kThreadBasicInformation = static_cast<THREADINFOCLASS>(0);
constexpr auto kThreadStartAddress = static_cast<THREADINFOCLASS>(9);

struct BasicInformation {
  LONG exit_status;
  const NT_TIB* environment;  // It begins with the limits of the stack.
  HANDLE process_id;
  HANDLE thread_id;
  ULONG_PTR affinity;
  LONG priority;
  LONG base_priority;
};

// What blocks a thread on its way, such as a lock of the loader, mostly does not do it longer. In
// steps of 100 ns.
constexpr uint64_t kStartingAge = 20 * 10'000;

class ThreadHandle {
 public:
  explicit ThreadHandle(DWORD thread) : handle_(OpenThread(kAccess, FALSE, thread)) {}
  ~ThreadHandle() {
    if (handle_ != nullptr) CloseHandle(handle_);
  }

  ThreadHandle(const ThreadHandle&) = delete;
  ThreadHandle& operator=(const ThreadHandle&) = delete;

  HANDLE get() const { return handle_; }

 private:
  static constexpr DWORD kAccess =
      SYNCHRONIZE | THREAD_SUSPEND_RESUME | THREAD_GET_CONTEXT | THREAD_QUERY_INFORMATION;

  const HANDLE handle_;
};

// While it exists nothing may be called that takes a lock, which the thread may hold: above all no
// memory may be asked for.
class Suspension {
 public:
  explicit Suspension(HANDLE thread)
      : thread_(thread), suspended_(SuspendThread(thread) != static_cast<DWORD>(-1)) {}
  ~Suspension() {
    if (suspended_) ResumeThread(thread_);
  }

  Suspension(const Suspension&) = delete;
  Suspension& operator=(const Suspension&) = delete;

  bool ok() const { return suspended_; }

 private:
  const HANDLE thread_;
  const bool suspended_;
};

bool HasEnded(HANDLE thread) { return WaitForSingleObject(thread, 0) == WAIT_OBJECT_0; }

uint64_t Number(const FILETIME& time) {
  return uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime;
}

struct Times {
  uint64_t age;
  bool has_run;  // For a tick of the system's clock or more.
};

std::optional<Times> TimesOf(HANDLE thread) {
  FILETIME made;
  FILETIME ended;
  FILETIME kernel;
  FILETIME user;
  FILETIME now;
  if (GetThreadTimes(thread, &made, &ended, &kernel, &user) == 0) return std::nullopt;
  GetSystemTimePreciseAsFileTime(&now);
  const uint64_t age = Number(now) > Number(made) ? Number(now) - Number(made) : 0;
  return Times{age, Number(kernel) + Number(user) > 0};
}

// Whether the instruction before is one that calls the system: SYSCALL, or INT 2Eh. The system
// reads, since there may be no code, where a thread has gone astray.
bool IsInSystemCall(uintptr_t program_counter) {
  unsigned char code[2];
  SIZE_T count = 0;
  return ReadProcessMemory(GetCurrentProcess(),
                           reinterpret_cast<const void*>(program_counter - sizeof code), code,
                           sizeof code, &count) != 0 &&
         ((code[0] == 0x0f && code[1] == 0x05) || (code[0] == 0xcd && code[1] == 0x2e));
}

// The stack that the system gave the thread, as far as it is in use. Empty for one that has gone to
// another, as fibers do that are not the system's.
AddressRange StackInUse(const NT_TIB& environment, uintptr_t stack_pointer) {
  const auto lowest = reinterpret_cast<uintptr_t>(environment.StackLimit);
  const auto end = reinterpret_cast<uintptr_t>(environment.StackBase);
  if (stack_pointer < lowest || stack_pointer >= end) return {};
  return {stack_pointer & ~(sizeof(uintptr_t) - 1), end};
}

// Null for one that has ended; under wine also for one that has not begun.
const NT_TIB* EnvironmentOf(HANDLE thread) {
  BasicInformation basic{};
  NtQueryInformationThread(thread, kThreadBasicInformation, &basic, sizeof basic, nullptr);
  return basic.environment;
}

// The function that it was started with; 0 when the system does not tell, such as wine of one that
// has not begun.
uintptr_t StartOf(HANDLE thread) {
  uintptr_t start = 0;
  NtQueryInformationThread(thread, kThreadStartAddress, &start, sizeof start, nullptr);
  return start;
}

struct Activity {
  bool is_known = false;
  bool wants_to_run = false;
};

Activity Search(HANDLE thread, RangeHits& hits) {
  const Suspension suspension(thread);
  CONTEXT context{};
  context.ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER;
  if (!suspension.ok() || GetThreadContext(thread, &context) == 0) return {};
  hits.NoteProgramCounter(context.Rip);
  const NT_TIB* environment = EnvironmentOf(thread);
  if (environment == nullptr) {
    const uintptr_t first_argument = context.Rcx;  // Of the system's function that will call it.
    hits.NoteFunctions(&first_argument, 1);
    return {true, true};
  }
  const AddressRange stack = StackInUse(*environment, context.Rsp);
  if (stack.begin == stack.end) return {};
  hits.NoteWords(reinterpret_cast<const uintptr_t*>(stack.begin),
                 (stack.end - stack.begin) / sizeof(uintptr_t));
  return {true, !IsInSystemCall(context.Rip)};
}

}  // namespace

ThreadLook LookAtThread(DWORD id, RangeHits& hits) {
  const ThreadHandle thread(id);
  // The system has no thread of that number any more.
  if (thread.get() == nullptr && GetLastError() == ERROR_INVALID_PARAMETER) {
    return ThreadLook::kSeen;
  }
  const auto times = TimesOf(thread.get());
  const Activity activity = Search(thread.get(), hits);
  if (HasEnded(thread.get())) return ThreadLook::kSeen;
  if (!times || !activity.is_known) return ThreadLook::kUnreadable;
  const uintptr_t start = StartOf(thread.get());
  hits.NoteFunctions(&start, 1);
  const bool hardly_ran = activity.wants_to_run && !times->has_run;
  return times->age < kStartingAge || hardly_ran ? ThreadLook::kStarting : ThreadLook::kSeen;
}

}  // namespace dynamic_reload
