#include "os/loadable_copy.h"
#include "os/shadow_copy.h"

namespace dynamic_reload {

// What debuggers read is in a file of its own, and MinGW's sections for them are loaded with the
// others.
Result<uint64_t> CopyLoadable(const File& source, uint64_t size, const std::string& destination) {
  const Status copied = CopyFile(source, size, destination);
  if (!copied.ok()) return copied.error();
  return size;
}

}  // namespace dynamic_reload
