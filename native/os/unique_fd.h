// A file descriptor that closes itself.

#ifndef DYNAMIC_RELOAD_OS_UNIQUE_FD_H_
#define DYNAMIC_RELOAD_OS_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace dynamic_reload {

class UniqueFd {
 public:
  explicit UniqueFd(int fd = -1) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() {
    if (fd_ >= 0) close(fd_);  // Who must know of an error calls release() and close().
  }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  // For a call that takes the descriptor over.
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_UNIQUE_FD_H_
