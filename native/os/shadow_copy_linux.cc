#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "os/shadow_copy.h"
#include "os/system_error.h"
#include "os/unique_fd.h"

namespace dynamic_reload {

namespace {

Error CopyError(int number, const char* syscall, const File& source,
                const std::string& destination) {
  Error error = SystemError(ErrorCode::kShadowCopy, number, syscall, source.path());
  error.destination = destination;
  return error;
}

}  // namespace

// sendfile() and not copy_file_range(): the latter shares blocks on xfs and btrfs, which for a file
// that was just built waits until it is on disk and costs four to nine times the copy.
Status CopyFile(const File& source, uint64_t size, const std::string& destination) {
  UniqueFd out(
      open(destination.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0700));
  if (!out.valid()) return CopyError(errno, "open", source, destination);

  off_t offset = 0;
  while (static_cast<uint64_t>(offset) < size) {
    const size_t left = size - static_cast<uint64_t>(offset);
    const ssize_t count = sendfile(out.get(), source.fd(), &offset, left);
    if (count == 0) break;
    if (count < 0 && errno != EINTR) {
      const Error error = CopyError(errno, "sendfile", source, destination);
      DeleteCopy(destination);
      return error;
    }
  }
  // File systems over a network report here what they could not write.
  if (close(out.release()) != 0) {
    const Error error = CopyError(errno, "close", source, destination);
    DeleteCopy(destination);
    return error;
  }
  return Done{};
}

void DeleteCopy(const std::string& path) { unlink(path.c_str()); }

}  // namespace dynamic_reload
