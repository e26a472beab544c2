// A directory of our own that other processes can tell from one that is left over.

#ifndef DYNAMIC_RELOAD_OS_LOCKED_DIRECTORY_H_
#define DYNAMIC_RELOAD_OS_LOCKED_DIRECTORY_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace dynamic_reload {

// `dynamic-reload-XXXXXX`, which only this user can enter. A lock on the file `.lock` in it lasts
// as long as the process, however that ends; a directory whose lock can be taken was left behind by
// a dead process. Unlike a process id in the name this is right across containers that share a
// directory.
class LockedDirectory {
 public:
  // Fails where the file system does not allow to execute what is on it.
  static Result<std::unique_ptr<LockedDirectory>> Make(const std::string& parent);

  // Removes what dead processes left in `parent`.
  static void RemoveLeftOvers(const std::string& parent);

  virtual ~LockedDirectory() = default;

  LockedDirectory(const LockedDirectory&) = delete;
  LockedDirectory& operator=(const LockedDirectory&) = delete;

  const std::string& path() const { return path_; }

  // Or else the path leads to nothing, or to what is not ours.
  virtual bool IsInPlace() const = 0;

  // Removes the directory with every copy that is in it, as far as the system lets us: Windows
  // keeps a library that is loaded.
  virtual void Remove() = 0;

 protected:
  explicit LockedDirectory(std::string path) : path_(std::move(path)) {}

 private:
  const std::string path_;
};

// Such a name begins so, and ends with as many letters: mkdtemp(3).
inline constexpr std::string_view kDirectoryPrefix = "dynamic-reload-";
inline constexpr std::string_view kUniquePart = "XXXXXX";
inline constexpr char kLockFile[] = ".lock";

bool IsNameOfDirectory(const std::string& name);

// "12-libfoo.so", as ShadowDirectory::NextPath() makes them. Nothing else is ever deleted: the
// directory may not be ours after all.
bool IsNameOfCopy(const std::string& name);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_LOCKED_DIRECTORY_H_
