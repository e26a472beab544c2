#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "test/native/check.h"
#include "test/native/other_process.h"

namespace dynamic_reload::test {
namespace {

constexpr char kThisProgram[] = "/proc/self/exe";

}  // namespace

OtherProcess::OtherProcess(const std::string& body, const std::string& argument) {
  int ends[2];
  CHECK_EQ(pipe(ends), 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl(kThisProgram, kThisProgram, "--other", body.c_str(), argument.c_str(), nullptr);
    _exit(99);
  }
  close(ends[1]);
  process_ = child;
  output_ = ends[0];
}

OtherProcess::~OtherProcess() {
  Kill();
  close(static_cast<int>(output_));
}

std::string OtherProcess::ReadLine() {
  std::string line;
  char character = 0;
  while (read(static_cast<int>(output_), &character, 1) == 1 && character != '\n') {
    line += character;
  }
  return line;
}

void OtherProcess::Kill() {
  const auto child = static_cast<pid_t>(std::exchange(process_, -1));
  if (child < 0) return;
  kill(child, SIGKILL);
  while (waitpid(child, nullptr, 0) < 0) CHECK_EQ(errno, EINTR);
}

}  // namespace dynamic_reload::test
