// The limits that a system sets to watching. Each test runs itself again in a user namespace of its
// own, where it may set them.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "os/library_monitor.h"
#include "os/watcher.h"
#include "test/native/check.h"
#include "test/native/os/monitor_fixture.h"

namespace dynamic_reload::test {
namespace {

constexpr char kInside[] = "DYNAMIC_RELOAD_TEST_LIMITED";

// True in the process in which the limit is zero. In the other one runs that process.
bool RunsLimited(const std::string& limit, const std::string& test) {
  if (std::getenv(kInside) != nullptr) return true;
  if (std::system("unshare -U -r true 2>/dev/null") != 0) {
    std::puts("skipped: this system does not let us make a user namespace");
    return false;
  }
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  const std::string script = "echo 0 > /proc/sys/user/" + limit + " && " + kInside + "=1 exec " +
                             program + " " + FixtureDirectory() + " " + test;
  CHECK_EQ(std::system(("unshare -U -r sh -c '" + script + "'").c_str()), 0);
  return false;
}

TEST(TooManyWatchersAreAnErrorThatSaysSo) {
  if (!RunsLimited("max_inotify_instances", "TooManyWatchers")) return;
  const auto monitor = LibraryMonitor::Create();
  CHECK(!monitor.ok());
  CHECK_EQ(monitor.error().code, ErrorCode::kWatchLimit);
  CHECK_EQ(monitor.error().syscall, "inotify_init1");
}

TEST(TooManyWatchedDirectoriesAreAnErrorThatSaysSo) {
  if (!RunsLimited("max_inotify_watches", "TooManyWatchedDirectories")) return;
  MonitorFixture test;
  WriteFile(test.path, FirstLibrary());
  test.Add(test.path);
  const Error error = test.listener.NextError();
  CHECK_EQ(error.code, ErrorCode::kWatchLimit);
  CHECK_EQ(error.syscall, "inotify_add_watch");
  CHECK_EQ(error.path, test.directory.path());
  CHECK_EQ(error.message, "No space left on device");
}

}  // namespace
}  // namespace dynamic_reload::test
