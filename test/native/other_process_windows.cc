#include <utility>

#include "os/wide_text.h"
#include "os/windows_api.h"
#include "test/native/check.h"
#include "test/native/other_process.h"

namespace dynamic_reload::test {
namespace {

std::wstring ThisProgram() {
  wchar_t path[1024];
  const DWORD length = GetModuleFileNameW(nullptr, path, 1024);
  return {path, length};
}

HANDLE HandleOf(intptr_t value) { return reinterpret_cast<HANDLE>(value); }

}  // namespace

OtherProcess::OtherProcess(const std::string& body, const std::string& argument) {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  HANDLE from = nullptr;
  HANDLE to = nullptr;
  CHECK(CreatePipe(&from, &to, &inherited, 0) != 0);
  CHECK(SetHandleInformation(from, HANDLE_FLAG_INHERIT, 0) != 0);

  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdOutput = to;
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  PROCESS_INFORMATION process{};
  std::wstring command =
      Utf16("\"" + Utf8(ThisProgram()) + "\" --other " + body + " \"" + argument + "\"");
  CHECK(CreateProcessW(nullptr, command.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr,
                       &startup, &process) != 0);
  CloseHandle(to);
  CloseHandle(process.hThread);
  process_ = reinterpret_cast<intptr_t>(process.hProcess);
  output_ = reinterpret_cast<intptr_t>(from);
}

OtherProcess::~OtherProcess() {
  Kill();
  CloseHandle(HandleOf(output_));
}

std::string OtherProcess::ReadLine() {
  std::string line;
  char character = 0;
  DWORD count = 0;
  while (::ReadFile(HandleOf(output_), &character, 1, &count, nullptr) != 0 && count == 1 &&
         character != '\n') {
    if (character != '\r') line += character;
  }
  return line;
}

void OtherProcess::Kill() {
  const intptr_t process = std::exchange(process_, -1);
  if (process == -1) return;
  TerminateProcess(HandleOf(process), 9);
  WaitForSingleObject(HandleOf(process), INFINITE);
  CloseHandle(HandleOf(process));
}

}  // namespace dynamic_reload::test
