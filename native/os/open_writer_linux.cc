#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "os/open_writer.h"

namespace dynamic_reload {

namespace {

// While a lease is held, somebody else's open() sends a signal to the process, by default SIGIO,
// whose default action ends it. So the signal is made one that is ignored by default, and is sent
// to the calling thread alone, which may block it.
void MakeLeaseBreaksHarmless(int fd) {
  const f_owner_ex owner = {F_OWNER_TID, static_cast<pid_t>(syscall(SYS_gettid))};
  fcntl(fd, F_SETOWN_EX, &owner);
  fcntl(fd, F_SETSIG, SIGURG);
}

}  // namespace

// A read lease is granted only while nobody has the file open for writing: fcntl(2), "Leases".
OpenWriter FindOpenWriter(const File& file) {
  const auto fd = static_cast<int>(file.handle());
  MakeLeaseBreaksHarmless(fd);
  if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
    fcntl(fd, F_SETLEASE, F_UNLCK);
    return OpenWriter::kNone;
  }
  return errno == EAGAIN ? OpenWriter::kPresent : OpenWriter::kUnknown;
}

}  // namespace dynamic_reload
