// A second process of the same program.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_CHILD_PROCESS_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_CHILD_PROCESS_H_

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "test/native/check.h"

namespace dynamic_reload::test {

// Runs a function in a fork of this process, which must have no second thread at that moment. Ends
// without destructors: what the function owns stays behind as after a crash.
class ChildProcess {
 public:
  // `body` gets a way to report one line to the parent, and may return an exit code.
  template <typename Body>
  explicit ChildProcess(Body body) {
    CHECK_EQ(pipe(pipe_), 0);
    pid_ = fork();
    CHECK(pid_ >= 0);
    if (pid_ == 0) {
      const int code = body([this](const std::string& line) { Write(line + '\n'); });
      _exit(code);
    }
    close(std::exchange(pipe_[1], -1));  // So that the parent reads the end when the child is gone.
  }
  ~ChildProcess() {
    Kill();
    close(pipe_[0]);
  }

  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // The next line that the child reports; empty when it ended before.
  std::string ReadLine() {
    std::string line;
    char character = 0;
    while (read(pipe_[0], &character, 1) == 1 && character != '\n') line += character;
    return line;
  }

  // As a crash ends it.
  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    Wait();
  }

  // The status of waitpid(2), once the child has ended.
  int Wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0) CHECK_EQ(errno, EINTR);
    pid_ = -1;
    return status;
  }

 private:
  void Write(const std::string& text) {
    if (write(pipe_[1], text.data(), text.size()) != static_cast<ssize_t>(text.size())) _exit(99);
  }

  int pipe_[2];
  pid_t pid_;
};

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_CHILD_PROCESS_H_
