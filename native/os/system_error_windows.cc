#include <cerrno>
#include <iterator>

#include "os/last_error.h"
#include "os/system_error.h"
#include "os/wide_text.h"
#include "os/windows_api.h"

namespace dynamic_reload {

namespace {

// In English, as the messages of Node.js are, or where Windows has no English in the user's
// language. 0 when there is none.
DWORD Format(DWORD number, wchar_t* text, DWORD size) {
  constexpr DWORD kFlags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS;
  constexpr DWORD kEnglish = MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US);
  const DWORD length = FormatMessageW(kFlags, nullptr, number, kEnglish, text, size, nullptr);
  return length > 0 ? length : FormatMessageW(kFlags, nullptr, number, 0, text, size, nullptr);
}

// The system's sentence without its end, and its number, by which people look it up. Some sentences
// speak of a file, as "%1".
std::string WordsOf(DWORD number, const std::string& path) {
  wchar_t text[1024];
  std::string words = Utf8({text, Format(number, text, static_cast<DWORD>(std::size(text)))});
  words.erase(words.find_last_not_of(". \r\n") + 1);
  const size_t insert = words.find("%1");
  if (insert != std::string::npos) words.replace(insert, 2, path);
  return words + (words.empty() ? "error " : " (error ") + std::to_string(number) +
         (words.empty() ? "" : ")");
}

// What POSIX calls it, as far as anybody may want to know; 0 for everything else.
int PosixNumber(DWORD number) {
  switch (number) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_DELETE_PENDING:
    case ERROR_INVALID_DRIVE:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_DIRECTORY:  // A file where a directory should be.
      return ENOENT;
    case ERROR_ACCESS_DENIED:
      return EACCES;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
      return EBUSY;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS:
      return EEXIST;
    case ERROR_DIR_NOT_EMPTY:
      return ENOTEMPTY;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
      return ENOSPC;
    case ERROR_WRITE_PROTECT:
      return EROFS;
    case ERROR_TOO_MANY_OPEN_FILES:
      return EMFILE;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
      return ENOMEM;
    case ERROR_CANT_RESOLVE_FILENAME:  // A loop of links.
      return ELOOP;
    case ERROR_FILENAME_EXCED_RANGE:
      return ENAMETOOLONG;
    case ERROR_INVALID_PARAMETER:
      return EINVAL;
    default:
      return 0;
  }
}

}  // namespace

Error SystemError(ErrorCode code, int number, const char* syscall, const std::string& path) {
  const auto its = static_cast<DWORD>(number);
  return {code, syscall, path, WordsOf(its, path), PosixNumber(its), ""};
}

Error LastError(ErrorCode code, const char* syscall, const std::string& path) {
  return SystemError(code, static_cast<int>(GetLastError()), syscall, path);
}

bool IsMissing(const Error& error) { return error.system_code == ENOENT; }

bool IsInUse(const Error& error) { return error.system_code == EBUSY; }

}  // namespace dynamic_reload
