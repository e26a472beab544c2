#include <utility>

#include "os/image_patch.h"

namespace dynamic_reload {

// Windows unloads what nobody uses, whatever its file says, and every version has variables of its
// own.
std::vector<PatchedBytes> FindPatches(const File& /*file*/, PatchOptions /*options*/) { return {}; }

Status PatchCopy(const std::string& path, PatchOptions /*options*/, const NameChanges& names) {
  if (names.needed.empty()) return Done{};
  return Error{ErrorCode::kShadowCopy, "", path, "dependencies cannot be copied with it", 0, ""};
}

}  // namespace dynamic_reload
