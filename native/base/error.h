// What went wrong, in the form that reaches JavaScript.

#ifndef DYNAMIC_RELOAD_BASE_ERROR_H_
#define DYNAMIC_RELOAD_BASE_ERROR_H_

#include <string>

namespace dynamic_reload {

// Each value is one `code` string in lib/errors.ts. Add to both or to neither.
enum class ErrorCode {
  kInvalidArgumentType,
  kLibraryIncomplete,
  kLibraryLoad,
  kLibraryNotFound,
  kOutOfRange,
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
