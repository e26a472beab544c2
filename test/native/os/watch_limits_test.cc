// The limits that a system sets to watching. A process may lower them for itself in a user
// namespace of its own.

#include <sched.h>

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <string>

#include "test/native/check.h"
#include "test/native/child_process.h"
#include "test/native/os/kernel_watches.h"
#include "test/native/os/monitor_fixture.h"

namespace dynamic_reload::test {
namespace {

// Under /proc/sys/user.
bool SetLimit(const std::string& limit, size_t value) {
  if (unshare(CLONE_NEWUSER) != 0) return false;
  std::ofstream stream("/proc/sys/user/" + limit);
  stream << value << std::flush;
  return stream.good();
}

// Runs `body` in a process that has this limit, unless the system forbids us to make one.
template <typename Body>
void RunWithLimit(const std::string& limit, size_t value, Body body) {
  ChildProcess child([&](const auto& report) {
    if (!SetLimit(limit, value)) {
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

// How many watches a library at `path` takes.
size_t WatchesOf(const std::string& path) {
  MonitorFixture test;
  test.Add(path);
  test.listener.NextCopy();
  return KernelWatches();
}

TEST(TooManyWatchersAreAnErrorOfEachLibraryThatIsToBeWatchedByEvents) {
  const TemporaryDirectory directory;
  const std::string path = directory / "libfoo.so";
  WriteFile(path, FirstLibrary());
  RunWithLimit("max_inotify_instances", 0, [&] {
    MonitorFixture test;
    test.Add(path);
    const Error error = test.listener.NextError();
    CHECK_EQ(error.code, ErrorCode::kWatchLimit);
    CHECK_EQ(error.syscall, "inotify_init1");
    CHECK_EQ(error.path, path);
  });
}

// Adds a library that may be polled, and expects a warning with this system call.
void CheckThatItIsPolled(const std::string& path, const std::string& refused_call) {
  MonitorFixture test;
  test.id = test.Add(path, WatchMode::kAuto);
  test.monitor->Accept(test.id, test.listener.NextCopy());
  test.monitor->Flush();
  const auto warnings = test.listener.TakeWarnings();
  CHECK_EQ(warnings.size(), 1);
  CHECK_EQ(warnings[0].library, test.id);
  CHECK_EQ(warnings[0].error.code, ErrorCode::kWatchLimit);
  CHECK_EQ(warnings[0].error.syscall, refused_call);
  CHECK_EQ(warnings[0].error.path, path);
  WriteFile(path, SecondLibrary());
  CHECK(ReadFile(test.listener.NextCopy()) == SecondLibrary());
}

TEST(WhatMayBePolledIsPolledWhenThereAreTooManyWatchers) {
  const TemporaryDirectory directory;
  const std::string path = directory / "libfoo.so";
  WriteFile(path, FirstLibrary());
  RunWithLimit("max_inotify_instances", 0, [&] { CheckThatItIsPolled(path, "inotify_init1"); });
}

TEST(WhatMayBePolledIsPolledWhenThereAreTooManyWatches) {
  const TemporaryDirectory directory;
  const std::string path = directory / "libfoo.so";
  WriteFile(path, FirstLibrary());
  RunWithLimit("max_inotify_watches", 1, [&] { CheckThatItIsPolled(path, "inotify_add_watch"); });
}

// Be it one of the directories on the way or the file itself: a path that is watched in part would
// lose changes without a word.
TEST(EveryWatchThatIsRefusedIsAnErrorThatSaysSo) {
  const TemporaryDirectory directory;
  const std::string path = directory / "libfoo.so";
  WriteFile(path, FirstLibrary());
  const size_t wanted = WatchesOf(path);
  CHECK(wanted > 2);
  for (size_t limit = 0; limit <= wanted; ++limit) {
    RunWithLimit("max_inotify_watches", limit, [&] {
      MonitorFixture test;
      test.Add(path);
      const Change change = test.listener.NextChange();
      CHECK_EQ(change.copy.ok(), limit == wanted);
      if (change.copy.ok()) return;
      const Error& error = change.copy.error();
      CHECK_EQ(error.code, ErrorCode::kWatchLimit);
      CHECK_EQ(error.syscall, "inotify_add_watch");
      CHECK_EQ(error.message, "No space left on device");
      CHECK_EQ(path.substr(0, error.path.size()), error.path);
    });
  }
}

}  // namespace
}  // namespace dynamic_reload::test
