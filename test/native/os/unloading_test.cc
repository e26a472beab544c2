// Whether a library stays, and why: DynamicLibrary::Close().

#include "os/unloading.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "os/dynamic_library.h"
#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/os/version.h"
#include "test/native/system.h"

namespace dynamic_reload::test {
namespace {

TEST(ALibraryOfCUnloads) {
  Version version("libtest_shared");
  CHECK_EQ(version.Call("shared_fun"), 42);
  CheckUnloads(version);
}

TEST(ALibraryOfCPlusPlusUnloads) {
  Version version("libstatics");
  CHECK_EQ(version.Call("in_function"), 1);
  CheckUnloads(version);
}

// The stale static: without the patch of the copies the second version says 1 when g++ built it.
TEST(EveryVersionHasItsOwnStaticVariables) {
  const char* const functions[] = {"in_function", "in_template", "in_inline_variable"};
  for (const bool close_first : {false, true}) {
    auto first = std::make_unique<Version>("libstatics");
    for (const char* function : functions) CHECK_EQ(first->Call(function), 1);
    if (close_first) CHECK_EQ(first->Close(), Reasons{});
    Version second("libstatics_v2");
    for (const char* function : functions) CHECK_EQ(second.Call(function), 2);
    if (!close_first) CHECK_EQ(first->Close(), Reasons{});
    for (const char* function : functions) CHECK_EQ(second.Call(function), 2);
    CheckUnloads(second);
  }
}

TEST(StaysWhileAThreadOfItsOwnIsBlockedAndUnloadsAfterwards) {
  const Running running("start_blocked");
  running.CheckStaysUntilStopped();
}

TEST(StaysWhileAThreadOfItsOwnRunsAndUnloadsAfterwards) {
  const Running running("start_spinning");
  running.CheckStaysUntilStopped();
}

TEST(TheDestructorLeavesALibraryInWhichAThreadRuns) {
  Running running("start_blocked");
  const std::string path = running.version->path();
  running.version.reset();
  CHECK(IsLoaded(path));
  running.stop();
}

// A worker that ends cannot wait, so others do what it left undone.
TEST(WhatTheDestructorLeftGoesWithTheNextLibraryOnceNoThreadRunsInIt) {
  Running running("start_blocked");
  const std::string path = running.version->path();
  running.version.reset();
  Version("libtest_shared").Close();
  CHECK(IsLoaded(path));
  running.stop();
  Version("libtest_shared").Close();
  CHECK(!IsLoaded(path));
}

TEST(StaysWhileAnotherLibraryDependsOnIt) {
  auto dependency = DynamicLibrary::Open(FixturePath("libdependency"), std::nullopt);
  CHECK_OK(dependency);
  Version dependent("libdependent");
  CHECK_EQ(dependent.Call("twice"), 42);
  CHECK_EQ(dependency.value().Close(), Reasons{ResidentReason::kDependents});
  CHECK_EQ(dependent.Call("twice"), 42);
  CHECK_EQ(dependent.Close(), Reasons{});
  CHECK_EQ(dependency.value().Close(), Reasons{});
}

TEST(StaysWhileSomebodyElseHasItOpen) {
  Version version("libtest_shared");
  OtherHandle other(version.path());
  CHECK_EQ(version.Close(), Reasons{ResidentReason::kDependents});
  other.Close();
  CHECK_EQ(version.Close(), Reasons{});
  CHECK(!version.IsLoaded());
}

struct Box {
  void* (*function)(void*);
  std::atomic<bool> may_end{false};
};

// As std::thread and others start a thread: with a function of theirs, to which they give the one
// that is meant. This one takes its time until it calls that.
void* EnterLater(void* box) {
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  auto* const its = static_cast<Box*>(box);
  return its->function(&its->may_end);
}

TEST(StaysForAThreadThatIsStillOnItsWayIntoIt) {
  for (int round = 0; round < 20; ++round) {
    Version version("libown_threads");
    Box box{version.Find<void*(void*)>("wait_for")};
    {
      const SystemThread thread(EnterLater, &box);
      CHECK_EQ(version.Close(), Reasons{ResidentReason::kThread});
      box.may_end = true;
    }
    CheckUnloads(version);
  }
}

}  // namespace
}  // namespace dynamic_reload::test
