// What went wrong, in the form that reaches JavaScript.

#ifndef DYNAMIC_RELOAD_BASE_ERROR_H_
#define DYNAMIC_RELOAD_BASE_ERROR_H_

#include <string>

namespace dynamic_reload {

// The codes that native code gives; each is a `code` in lib/errors.ts.
enum class ErrorCode {
  kInvalidArgumentType,
  kInvalidState,
  kLibraryClosed,
  kLibraryIncomplete,
  kLibraryLoad,
  kLibraryNotFound,
  kOutOfRange,
  kReloaderClosed,
  kShadowCopy,
  kSymbolDefinition,
  kSymbolNotFound,
  kWatch,
  kWatchLimit,
};

struct Error {
  ErrorCode code;
  std::string syscall;      // "dlopen", "inotify_add_watch", ...; empty when no call failed.
  std::string path;         // What it was called on. UTF-8.
  std::string message;      // The system's own words, or what is missing.
  int system_code = 0;      // errno; 0 when the call gives none.
  std::string destination;  // Of a copy; else empty.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_BASE_ERROR_H_
