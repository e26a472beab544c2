#include <cstdint>

#include "os/open_writer.h"
#include "os/unique_handle.h"
#include "os/windows_api.h"

namespace dynamic_reload {

// Who does not want others to write is refused while anybody has the file open for writing, or has
// mapped it so: CreateFileW(), FILE_SHARE_WRITE. For that moment a writer who comes is refused too,
// so it is as short as can be.
OpenWriter FindOpenWriter(const File& file) {
  constexpr DWORD kNoWriter = FILE_SHARE_READ | FILE_SHARE_DELETE;
  const UniqueFile look(reinterpret_cast<intptr_t>(
      ReOpenFile(reinterpret_cast<HANDLE>(file.handle()), GENERIC_READ, kNoWriter, 0)));
  if (look.valid()) return OpenWriter::kNone;
  return GetLastError() == ERROR_SHARING_VIOLATION ? OpenWriter::kPresent : OpenWriter::kUnknown;
}

}  // namespace dynamic_reload
