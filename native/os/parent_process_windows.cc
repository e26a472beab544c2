#include <cstdint>
#include <cstdlib>

#include "os/parent_process.h"
#include "os/unique_handle.h"
#include "os/windows_api.h"

// Behind <windows.h>, without which it does not compile.
#include <tlhelp32.h>

namespace dynamic_reload {

namespace {

// 0 when the system does not tell.
DWORD ParentOf(DWORD process) {
  const UniqueFile snapshot(
      reinterpret_cast<intptr_t>(CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0)));
  if (!snapshot.valid()) return 0;
  const auto list = reinterpret_cast<HANDLE>(snapshot.get());
  PROCESSENTRY32W entry{};
  entry.dwSize = sizeof entry;
  for (BOOL more = Process32FirstW(list, &entry); more != 0; more = Process32NextW(list, &entry)) {
    if (entry.th32ProcessID == process) return entry.th32ParentProcessID;
  }
  return 0;
}

uint64_t BeginOf(HANDLE process) {
  FILETIME begin{};
  FILETIME ignored{};
  GetProcessTimes(process, &begin, &ignored, &ignored, &ignored);
  return uint64_t{begin.dwHighDateTime} << 32 | begin.dwLowDateTime;
}

// Null when it has ended: then its number may be another process's, which is younger than this one.
HANDLE OpenParent() {
  constexpr DWORD kAccess = SYNCHRONIZE | PROCESS_QUERY_LIMITED_INFORMATION;
  const HANDLE parent = OpenProcess(kAccess, FALSE, ParentOf(GetCurrentProcessId()));
  if (parent == nullptr || BeginOf(parent) <= BeginOf(GetCurrentProcess())) return parent;
  CloseHandle(parent);
  return nullptr;
}

void CALLBACK End(void* /*context*/, BOOLEAN /*timed_out*/) {
  TerminateProcess(GetCurrentProcess(), EXIT_FAILURE);
}

}  // namespace

// By a thread of the system's, for as long as this process lives.
void EndWithParent() {
  const HANDLE parent = OpenParent();
  HANDLE wait = nullptr;
  if (parent == nullptr) return End(nullptr, FALSE);
  RegisterWaitForSingleObject(&wait, parent, &End, nullptr, INFINITE, WT_EXECUTEONLYONCE);
}

}  // namespace dynamic_reload
