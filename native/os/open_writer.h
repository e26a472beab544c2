// Whether a file is being written.

#ifndef DYNAMIC_RELOAD_OS_OPEN_WRITER_H_
#define DYNAMIC_RELOAD_OS_OPEN_WRITER_H_

#include "os/file.h"

namespace dynamic_reload {

enum class OpenWriter {
  kNone,
  kPresent,
  kUnknown,  // The system does not tell: the file system cannot, or the file belongs to another
             // user.
};

// Sees every process that has the file open for writing, under whatever name, mapped or not.
OpenWriter FindOpenWriter(const File& file);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_OPEN_WRITER_H_
