// Makes a library and what it depends on beside it ready to load together.

#ifndef DYNAMIC_RELOAD_OS_DEPENDENCY_PREPARATION_H_
#define DYNAMIC_RELOAD_OS_DEPENDENCY_PREPARATION_H_

#include <map>
#include <string>
#include <vector>

#include "os/dependencies.h"
#include "os/preparation.h"

namespace dynamic_reload {

// Copies that were made for each other. Each asks for the others by their paths, and that is the
// only name they have, so that nobody else is given one of them by the loader, nor they a file that
// was loaded under the same name before.
struct CopySet {
  DependencyGraph graph;
  std::vector<std::string> copies;  // In the order of its members.
};

// How such files are looked at.
struct SetPreparationOptions {
  const CopySet* baseline = nullptr;            // Null when there is none.
  std::map<std::string, FileIdentity> settled;  // As PreparationOptions::settled, for each path.
  PatchOptions patch;
  CopyExtent extent = CopyExtent::kFull;
  TraceSubject trace = {};
};

struct SetPreparation {
  Preparation preparation;  // Of the library itself. An error may be that of a dependency.
  CopySet set;              // kCopied only.
  std::map<std::string, FileIdentity> settled;  // kUnsettled only.
};

// One look at all of them, as Prepare() is one at a file. When one differs, all are copied: a
// version has dependencies of its own. A dependency that went away is no difference by itself.
//
// `graph` is what FindDependencies() found.
SetPreparation PrepareSet(const DependencyGraph& graph, ShadowDirectory& directory,
                          const SetPreparationOptions& options);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_DEPENDENCY_PREPARATION_H_
