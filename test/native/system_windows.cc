#include <cstdio>
#include <utility>

#include "os/access_rights.h"
#include "os/pe_format.h"
#include "os/wide_text.h"
#include "os/windows_api.h"
#include "test/native/check.h"
#include "test/native/system.h"

namespace dynamic_reload::test {
namespace {

HANDLE Open(const std::string& path, DWORD access) {
  constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  const HANDLE file = CreateFileW(WidePath(path).c_str(), access, kShareAll, nullptr, OPEN_EXISTING,
                                  FILE_ATTRIBUTE_NORMAL, nullptr);
  CHECK(file != INVALID_HANDLE_VALUE);
  return file;
}

}  // namespace

void MakePrivateDirectory(const std::string& path) {
  CHECK(dynamic_reload::MakePrivateDirectory(WidePath(path)));
}

// Linkers put the section with code first.
size_t CodeOffset(const std::string& library) {
  uint32_t headers = 0;
  library.copy(reinterpret_cast<char*>(&headers), sizeof headers, kPlaceOfHeaders);
  uint32_t offset = 0;
  library.copy(
      reinterpret_cast<char*>(&offset), sizeof offset,
      headers + sizeof(PeFileHeader) + sizeof(PeOptionalHeader) + offsetof(PeSection, offset));
  return offset;
}

OpenFile::OpenFile(const std::string& path, Mode mode)
    : file_(reinterpret_cast<intptr_t>(
          Open(path, mode == Mode::kRead ? GENERIC_READ : GENERIC_WRITE))) {}

void OpenFile::Close() {
  const intptr_t file = std::exchange(file_, -1);
  if (file != -1) CloseHandle(reinterpret_cast<HANDLE>(file));
}

MappedFile::MappedFile(const std::string& path) {
  const HANDLE file = Open(path, GENERIC_READ | GENERIC_WRITE);
  const HANDLE mapping = CreateFileMappingW(file, nullptr, PAGE_READWRITE, 0, 0, nullptr);
  CHECK(mapping != nullptr);
  memory_ = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
  CHECK(memory_ != nullptr);
  CloseHandle(mapping);
  CloseHandle(file);
}

MappedFile::~MappedFile() { UnmapViewOfFile(memory_); }

OtherHandle::OtherHandle(const std::string& path) : handle_(LoadLibraryW(WidePath(path).c_str())) {
  CHECK(handle_ != nullptr);
}

void OtherHandle::Close() {
  if (handle_ != nullptr) FreeLibrary(static_cast<HMODULE>(std::exchange(handle_, nullptr)));
}

// What the function returns is cut to 32 bits.
SystemThread::SystemThread(void* (*function)(void*), void* argument) {
  const auto body =
      reinterpret_cast<LPTHREAD_START_ROUTINE>(reinterpret_cast<void (*)()>(function));
  const HANDLE thread = CreateThread(nullptr, 0, body, argument, 0, nullptr);
  CHECK(thread != nullptr);
  thread_ = reinterpret_cast<uintptr_t>(thread);
}

SystemThread::~SystemThread() {
  const auto thread = reinterpret_cast<HANDLE>(thread_);
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
}

bool IsLeftOutUnderWine(const char* reason) {
  if (GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") == nullptr) return false;
  std::printf("left out under wine: %s\n", reason);
  return true;
}

}  // namespace dynamic_reload::test
