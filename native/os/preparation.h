// Makes a changed library ready to load, if it is.

#ifndef DYNAMIC_RELOAD_OS_PREPARATION_H_
#define DYNAMIC_RELOAD_OS_PREPARATION_H_

#include <optional>
#include <string>

#include "base/error.h"
#include "os/shadow_directory.h"

namespace dynamic_reload {

struct Preparation {
  enum class Outcome {
    kCopied,      // `copy` is the path of a whole, unchanging copy.
    kUnchanged,   // It would load as the same code and data as `baseline`.
    kGone,        // No such file. It may come back.
    kBusy,        // Somebody is writing it, and will close it.
    kChanged,     // It changed while it was looked at.
    kIncomplete,  // Nobody is writing it, and it is damaged.
    kFailed,      // It cannot be read or copied.
  };

  Outcome outcome;
  std::string copy;            // kCopied only.
  std::optional<Error> error;  // Every outcome but kCopied and kUnchanged.
};

// One look at the file `path`. A file is ready when no process has it open for writing *and* its
// image is whole: linkers that write through a mapping leave a whole-looking file behind while they
// still work, and installers close a file that they have not finished. A file whose identity is not
// the same before and after is not taken either.
//
// `baseline` is the path of the copy to compare with; empty when there is none.
Preparation Prepare(const std::string& path, const std::string& baseline,
                    ShadowDirectory& directory);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_PREPARATION_H_
