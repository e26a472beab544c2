// The limits that a system sets to watching. A process may lower them for itself in a user
// namespace of its own.

#include <sched.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "test/native/check.h"
#include "test/native/child_process.h"
#include "test/native/os/monitor_fixture.h"

namespace dynamic_reload::test {
namespace {

// Under /proc/sys/user.
bool SetToZero(const std::string& limit) {
  if (unshare(CLONE_NEWUSER) != 0) return false;
  std::ofstream stream("/proc/sys/user/" + limit);
  stream << 0 << std::flush;
  return stream.good();
}

// Runs `body` in a process without any room below the limit, unless the system forbids us to make
// one.
void RunWithout(const std::string& limit, void (*body)()) {
  ChildProcess child([&](const auto& report) {
    if (!SetToZero(limit)) {
      report("impossible");
      return 0;
    }
    body();
    report("done");
    return 0;
  });
  const std::string line = child.ReadLine();
  if (line == "impossible") {
    std::puts("skipped: this system does not let us make a user namespace");
    return;
  }
  CHECK_EQ(line, "done");
}

TEST(TooManyWatchersAreAnErrorThatSaysSo) {
  RunWithout("max_inotify_instances", [] {
    const auto monitor = LibraryMonitor::Create();
    CHECK(!monitor.ok());
    CHECK_EQ(monitor.error().code, ErrorCode::kWatchLimit);
    CHECK_EQ(monitor.error().syscall, "inotify_init1");
  });
}

TEST(TooManyWatchedDirectoriesAreAnErrorThatSaysSo) {
  RunWithout("max_inotify_watches", [] {
    MonitorFixture test;
    WriteFile(test.path, FirstLibrary());
    test.Add(test.path);
    const Error error = test.listener.NextError();
    CHECK_EQ(error.code, ErrorCode::kWatchLimit);
    CHECK_EQ(error.syscall, "inotify_add_watch");
    CHECK_EQ(error.path, test.path);
    CHECK_EQ(error.message, "No space left on device");
  });
}

}  // namespace
}  // namespace dynamic_reload::test
