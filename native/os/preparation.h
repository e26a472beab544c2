// Makes a changed library ready to load, if it is.

#ifndef DYNAMIC_RELOAD_OS_PREPARATION_H_
#define DYNAMIC_RELOAD_OS_PREPARATION_H_

#include <optional>
#include <string>

#include "base/change.h"
#include "base/error.h"
#include "base/trace.h"
#include "os/file.h"
#include "os/image_patch.h"
#include "os/loadable_copy.h"
#include "os/shadow_directory.h"

namespace dynamic_reload {

struct Preparation {
  enum class Outcome {
    kCopied,  // `copy` is the path of a whole, unchanging copy, patched unless that is for later.
    kUnchanged,   // It would load as the same code and data as `baseline`.
    kGone,        // No such file. It may come back.
    kBusy,        // Somebody is writing it, and will close it.
    kChanged,     // It changed while it was looked at.
    kUnsettled,   // The system does not tell whether somebody is writing it: look again.
    kIncomplete,  // Nobody is writing it, and it is damaged.
    kFailed,      // It cannot be read or copied.
  };

  Outcome outcome;
  std::string copy;                                     // kCopied only.
  std::optional<Error> error;                           // Every outcome but kCopied and kUnchanged.
  std::optional<FileIdentity> identity = std::nullopt;  // kUnsettled only: what it is by now.
  CopyCost cost = {};                                   // kCopied only.
};

// How a file is looked at.
struct PreparationOptions {
  // The path of the copy to compare with; empty when there is none.
  std::string baseline;
  // What the file was at an earlier look, long enough ago to trust it if it is still the same.
  std::optional<FileIdentity> settled;
  PatchOptions patch;
  CopyExtent extent = CopyExtent::kFull;
  // Where the copy goes; empty for the next path of the directory.
  std::string destination = {};
  // Those of the copy. `origin` need not be given.
  NameChanges names = {};
  // Where it is told that a copy was made.
  TraceSubject trace = {};
};

// One look at the file `path`. A file is ready when no process has it open for writing *and* its
// image is whole: linkers that write through a mapping leave a whole-looking file behind while they
// still work, and installers close a file that they have not finished. A file that was written to
// meanwhile is not taken either; one that only lost its name to another file is.
//
// Of files that belong to somebody else, and on some file systems, the system does not tell who has
// them open. Such a file is ready when it did not change for some time instead (`settled`): a
// writer that pauses for longer than that, over a file that looks whole all the time, goes
// unnoticed.
Preparation Prepare(const std::string& path, ShadowDirectory& directory,
                    const PreparationOptions& options);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_PREPARATION_H_
