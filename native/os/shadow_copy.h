// Copies a library to where it is loaded from.

#ifndef DYNAMIC_RELOAD_OS_SHADOW_COPY_H_
#define DYNAMIC_RELOAD_OS_SHADOW_COPY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/file.h"

namespace dynamic_reload {

// Copies the first `size` bytes, or all there are if the file ends before. `destination` must not
// exist, and does not exist after a failure. Nobody may write to the copy, its owner included.
Status CopyFile(const File& source, uint64_t size, const std::string& destination);

// What stands in a file from `begin` to before `end`.
struct ByteRange {
  uint64_t begin;
  uint64_t end;
};

// The same of these ranges, each to its place. Between them the copy has holes, which read as zeros
// and take no room on the disk; behind the last one it ends.
// REQUIRES: they are in the order of the file and do not overlap
Status CopyRanges(const File& source, const std::vector<ByteRange>& ranges,
                  const std::string& destination);

// Gives a copy a second name, or where the file system cannot, makes a second copy. Each is deleted
// by itself. `destination` must not exist.
Status LinkCopy(const std::string& copy, const std::string& destination);

// Deletes a copy that is no longer loaded. A copy that somebody else already deleted is fine.
void DeleteCopy(const std::string& path);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_SHADOW_COPY_H_
