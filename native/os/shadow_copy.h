// Copies a library to where it is loaded from.

#ifndef DYNAMIC_RELOAD_OS_SHADOW_COPY_H_
#define DYNAMIC_RELOAD_OS_SHADOW_COPY_H_

#include <string>

#include "base/result.h"
#include "os/file.h"

namespace dynamic_reload {

// Copies the first `size` bytes, or all there are if the file ends before. `destination` must not
// exist, and does not exist after a failure.
Status CopyFile(const File& source, uint64_t size, const std::string& destination);

// Deletes a copy that is no longer loaded. A copy that somebody else already deleted is fine.
void DeleteCopy(const std::string& path);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_SHADOW_COPY_H_
