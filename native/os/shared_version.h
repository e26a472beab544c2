// One loaded version of a library that several environments use.

#ifndef DYNAMIC_RELOAD_OS_SHARED_VERSION_H_
#define DYNAMIC_RELOAD_OS_SHARED_VERSION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "os/dynamic_library.h"
#include "os/shadow_directory.h"

namespace dynamic_reload {

// A file that each environment opens by the same path, so that the loader gives all of them one
// image. Deleted with this object; then those who had let go of it before are told. Any thread.
class SharedVersion {
 public:
  // Takes over the copy at `path`, which is in `directory`. There is one holder, the caller.
  SharedVersion(uint32_t number, std::string path, std::shared_ptr<ShadowDirectory> directory);
  ~SharedVersion();

  SharedVersion(const SharedVersion&) = delete;
  SharedVersion& operator=(const SharedVersion&) = delete;

  uint32_t number() const { return number_; }
  const std::string& path() const { return path_; }

  // One more holder. Returns false once the last one has begun to let go: what is being unloaded
  // cannot be opened again by the same path.
  bool Enter();
  bool is_open() const;

  struct Departure {
    bool is_last;
    std::vector<DynamicLibrary> left;  // For the last one: what those before had opened.
  };
  // One holder less. Until the last one leaves, nobody gives a handle back to the system: only who
  // knows that nobody else is inside can look for threads and unload. `on_gone` is for the others.
  Departure Leave(DynamicLibrary* opened, std::function<void()> on_gone);

 private:
  const uint32_t number_;
  const std::string path_;
  const std::shared_ptr<ShadowDirectory> directory_;  // Stays as long as the file.

  mutable Mutex mutex_;
  int holders_ GUARDED_BY(mutex_) = 1;
  std::vector<DynamicLibrary> left_ GUARDED_BY(mutex_);
  std::vector<std::function<void()>> on_gone_ GUARDED_BY(mutex_);
};

// One environment's part in a version. One thread only.
class VersionHold {
 public:
  // REQUIRES: the caller is a holder of the version, which this object takes over
  VersionHold(std::shared_ptr<SharedVersion> version, std::function<void()> on_gone)
      : version_(std::move(version)),
        number_(version_->number()),
        path_(version_->path()),
        on_gone_(std::move(on_gone)) {}
  ~VersionHold();

  VersionHold(const VersionHold&) = delete;
  VersionHold& operator=(const VersionHold&) = delete;

  uint32_t number() const { return number_; }
  // What is to be opened.
  const std::string& path() const { return path_; }

  // What `image.Close()` does, in common with the others: until the last one closes it, the version
  // stays for the reason kShared. Can be tried again, as that.
  ResidentReasons Close(DynamicLibrary& image);

 private:
  ResidentReasons CloseAfterOthers(DynamicLibrary& image);

  std::shared_ptr<SharedVersion> version_;  // Null once it was left to others, or is gone.
  std::weak_ptr<SharedVersion> others_;     // Those it was left to.
  const uint32_t number_;
  const std::string path_;
  const std::function<void()> on_gone_;
  bool is_last_ = false;
};

// What an environment is told to load.
struct OfferedCopy {
  std::shared_ptr<const SharedVersion> version;
  std::string destination;       // Where its own name of the file is to be.
  bool look_afterwards = false;  // At the original: something else that was there was passed over.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_SHARED_VERSION_H_
