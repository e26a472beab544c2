// The private directory that holds the copies which are loaded.

#ifndef DYNAMIC_RELOAD_OS_SHADOW_DIRECTORY_H_
#define DYNAMIC_RELOAD_OS_SHADOW_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "os/locked_directory.h"

namespace dynamic_reload {

// Thread-safe.
class ShadowDirectory {
 public:
  // Makes the directory inside `parent`, and removes what dead processes left there. Fails where
  // the file system does not allow to execute what is on it: nothing could be loaded from there.
  static Result<std::shared_ptr<ShadowDirectory>> Create(const std::string& parent);

  // In the first of these in which it can be made. Fails with the error of the first.
  // REQUIRES: there is one
  static Result<std::shared_ptr<ShadowDirectory>> CreateInFirst(
      const std::vector<std::string>& parents);

  // Removes the directory with every copy that is in it. On Windows those that are still loaded are
  // left over, for the next process to remove.
  ~ShadowDirectory();

  ShadowDirectory(const ShadowDirectory&) = delete;
  ShadowDirectory& operator=(const ShadowDirectory&) = delete;

  std::string path() const {
    const MutexLock lock(mutex_);
    return made_->path();
  }

  // Where the next copy of `original_path` goes. Never the same path twice: a loader that has seen
  // a path gives back what it loaded from there. When somebody deleted the directory, as programs
  // do that clean up temporary ones, it is in a new one.
  std::string NextPath(const std::string& original_path);

 private:
  ShadowDirectory(std::string parent, std::unique_ptr<LockedDirectory> made)
      : parent_(std::move(parent)), made_(std::move(made)) {}

  const std::string parent_;
  mutable Mutex mutex_;
  std::unique_ptr<LockedDirectory> made_ GUARDED_BY(mutex_);
  uint64_t copies_ GUARDED_BY(mutex_) = 0;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_SHADOW_DIRECTORY_H_
