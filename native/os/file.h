// A regular file, open for reading.

#ifndef DYNAMIC_RELOAD_OS_FILE_H_
#define DYNAMIC_RELOAD_OS_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/unique_handle.h"

namespace dynamic_reload {

// Two equal identities are the same file with, as far as the file system tells, the same content.
struct FileIdentity {
  uint64_t device;
  uint64_t inode;
  uint64_t size;
  int64_t modified_ns;
  int64_t changed_ns;  // Also moves on chmod, link and rename.

  bool operator==(const FileIdentity& other) const {
    return device == other.device && inode == other.inode && size == other.size &&
           modified_ns == other.modified_ns && changed_ns == other.changed_ns;
  }

  // Whether no more than the time of the last change may be another one: the file was given a name
  // or lost one, or its permissions changed. Or it was written, and its times were set back.
  bool MayHaveContentOf(FileIdentity other) const {
    other.changed_ns = changed_ns;
    return *this == other;
  }
};

// Reads go to the file that was opened, whatever its path names by now. Nothing is mapped: reading
// a mapped file that somebody truncates kills the process (SIGBUS). Others may write, rename and
// delete it meanwhile; but Windows lets nobody move another file over one that is open, so that it
// is not to be open for longer than it takes to read.
class File {
 public:
  // Never blocks, not even on a named pipe. Fails for anything but a regular file.
  static Result<File> Open(const std::string& path, ErrorCode code);

  Result<FileIdentity> Identity() const;

  // What the path names at the moment, of whatever kind; empty when there is nothing.
  static std::optional<FileIdentity> IdentityAt(const std::string& path);

  // False when the file ends before `offset + size` or cannot be read.
  bool ReadAt(uint64_t offset, void* buffer, size_t size) const;

  // Reads a small file whole. What is read from it afterwards is what it was at this moment, until
  // Forget(). A look at an image reads a hundred pieces, and to ask the system for each takes
  // longer than everything else about it.
  void Remember();
  void Forget() { content_.clear(); }

  // Whether it has the same bytes. Reads both to the end, or to the first difference.
  bool Equals(const File& other) const;

  const std::string& path() const { return path_; }
  intptr_t handle() const { return file_.get(); }  // A descriptor, or a HANDLE.

 private:
  File(UniqueFile file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  bool ReadFromDisk(uint64_t offset, void* buffer, size_t size) const;

  UniqueFile file_;
  std::string path_;
  std::vector<char> content_;  // Empty when nothing is remembered.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_FILE_H_
