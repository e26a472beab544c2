// Every reason for which a library stays, with a library that has it: DynamicLibrary::Close().

#include "os/unloading.h"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "os/dynamic_library.h"
#include "os/image_patch.h"
#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace dynamic_reload::test {
namespace {

// While it exists this thread may leak memory, as far as a sanitizer is concerned.
class AllowedLeaks {
 public:
#ifdef __SANITIZE_ADDRESS__
  AllowedLeaks() { __lsan_disable(); }
  ~AllowedLeaks() { __lsan_enable(); }
#else
  AllowedLeaks() {}
  ~AllowedLeaks() {}
#endif

  AllowedLeaks(const AllowedLeaks&) = delete;
  AllowedLeaks& operator=(const AllowedLeaks&) = delete;
};

using Reasons = ResidentReasons;

// A loaded copy of a fixture, as the monitor makes them.
class Version {
 public:
  enum class Copy { kPatched, kUnpatched };

  explicit Version(const std::string& fixture, Copy copy = Copy::kPatched)
      : library_(Load(fixture, copy)) {}

  template <typename Function>
  Function* Find(const char* name) const {
    void* address = library_.Find(name);
    CHECK_NE(address, nullptr);
    return reinterpret_cast<Function*>(address);
  }
  int Call(const char* name) const { return Find<int()>(name)(); }

  Reasons Close() { return library_.Close(); }
  bool IsLoaded() const { return dynamic_reload::IsLoaded(path_); }
  const std::string& path() const { return path_; }

 private:
  DynamicLibrary Load(const std::string& fixture, Copy copy) {
    WriteFile(path_, ReadFile(FixtureDirectory() + "/" + fixture));
    if (copy == Copy::kPatched) CHECK_OK(PatchCopy(path_, {}));
    auto library = DynamicLibrary::Open(path_, std::nullopt);
    CHECK_OK(library);
    return std::move(library).value();
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_ / "copy.so";
  DynamicLibrary library_;
};

void CheckUnloads(Version& version) {
  CHECK(version.IsLoaded());
  CHECK_EQ(version.Close(), Reasons{});
  CHECK(!version.IsLoaded());
  CHECK_EQ(version.Close(), Reasons{});
}

// A library with a thread in it, until it is told to stop.
struct Running {
  explicit Running(const char* start) { version->Find<void()>(start)(); }

  void CheckStaysUntilStopped() const {
    for (int attempt = 0; attempt < 3; ++attempt) {
      CHECK_EQ(version->Close(), Reasons{ResidentReason::kThread});
    }
    stop();
    CheckUnloads(*version);
  }

  std::unique_ptr<Version> version = std::make_unique<Version>("libown_threads.so");
  void (*stop)() = version->Find<void()>("stop");
};

// By a thread, whose thread-local variables are destroyed by the time it returns.
void OnAnotherThread(const std::function<void()>& body) { std::thread(body).join(); }

// Below what the thread will use afterwards, which could leave traces of the call as they are.
__attribute__((noinline)) void DeepInTheStack(const std::function<void()>& body) {
  volatile char deep[100'000];
  deep[0] = 0;
  body();
  deep[1] = deep[0];
}

TEST(ALibraryOfCUnloads) {
  Version version("libtest_shared.so");
  CHECK_EQ(version.Call("shared_fun"), 42);
  CheckUnloads(version);
}

TEST(ALibraryOfCPlusPlusUnloads) {
  Version version("libstatics.so");
  CHECK_EQ(version.Call("in_function"), 1);
  CheckUnloads(version);
}

TEST(ALibraryThatUsesTheStandardLibraryUnloads) {
  Version version("libstandard.so");
  CHECK_EQ(version.Call("shared_fun"), 42);
  CheckUnloads(version);
}

// The runtime of C++ has memory for exceptions that it never frees. That of this library is its
// own.
TEST(ALibraryWithAStandardLibraryOfItsOwnUnloads) {
  const AllowedLeaks allowed;
  Version version("libstandard_static.so");
  CHECK_EQ(version.Call("shared_fun"), 42);
  CheckUnloads(version);
}

TEST(ALibraryWithStaticThreadLocalStorageUnloads) {
  Version version("libstatic_tls.so");
  CHECK_EQ(version.Call("shared_fun"), 7);
  CheckUnloads(version);
}

// The stale static: without the patch of the copies the second version says 1 when g++ built it.
TEST(EveryVersionHasItsOwnStaticVariables) {
  const char* const functions[] = {"in_function", "in_template", "in_inline_variable"};
  for (const bool close_first : {false, true}) {
    auto first = std::make_unique<Version>("libstatics.so");
    for (const char* function : functions) CHECK_EQ(first->Call(function), 1);
    if (close_first) CHECK_EQ(first->Close(), Reasons{});
    Version second("libstatics_v2.so");
    for (const char* function : functions) CHECK_EQ(second.Call(function), 2);
    if (!close_first) CHECK_EQ(first->Close(), Reasons{});
    for (const char* function : functions) CHECK_EQ(second.Call(function), 2);
    CheckUnloads(second);
  }
}

TEST(EveryVersionHasItsOwnUniqueVariables) {
  Version first("libunique.so");
  CHECK_EQ(first.Call("shared_fun"), 1);
  Version second("libunique_v2.so");
  CHECK_EQ(second.Call("shared_fun"), 2);
  CheckUnloads(first);
  CheckUnloads(second);
}

TEST(UniqueSymbolsThatWereKeptKeepTheLibrary) {
  Version version("libunique.so", Version::Copy::kUnpatched);
  CHECK_EQ(version.Call("shared_fun"), 1);
  CHECK_EQ(version.Close(), Reasons{ResidentReason::kUnique});
  CHECK(version.IsLoaded());
  CHECK_EQ(version.Close(), Reasons{ResidentReason::kUnique});
}

TEST(ALibraryThatOnlyAsksToStayUnloads) {
  Version version("libnodelete.so");
  CheckUnloads(version);
}

TEST(ALibraryThatMayHaveAReasonToAskStays) {
  Version version("libnodelete_threads.so");
  CHECK_EQ(version.Close(), Reasons{ResidentReason::kNodelete});
}

TEST(ALibraryBuiltByGoStays) {
  Version version("libgo.so");
  CHECK_EQ(version.Close(), Reasons{ResidentReason::kGo});
}

TEST(StaysUntilThreadsHaveDestroyedTheirVariables) {
  Version version("libtls_destructor.so");
  int destroyed = 0;
  std::promise<void> over;
  std::promise<void> touched;
  std::thread thread([&] {
    DeepInTheStack([&] { version.Find<void(int*)>("touch")(&destroyed); });
    touched.set_value();
    over.get_future().wait();
  });
  touched.get_future().wait();
  CHECK_EQ(version.Close(), Reasons{ResidentReason::kTlsDestructor});
  CHECK_EQ(version.Close(), Reasons{ResidentReason::kTlsDestructor});
  over.set_value();
  thread.join();
  CHECK_EQ(destroyed, 1);
  CheckUnloads(version);
}

TEST(VariablesOfThreadsThatHaveEndedDoNotKeepALibrary) {
  Version version("libtls_destructor.so");
  int destroyed = 0;
  OnAnotherThread([&] { version.Find<void(int*)>("touch")(&destroyed); });
  CheckUnloads(version);
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
  Version("libtest_shared.so").Close();
  CHECK(IsLoaded(path));
  running.stop();
  Version("libtest_shared.so").Close();
  CHECK(!IsLoaded(path));
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
    Version version("libown_threads.so");
    Box box{version.Find<void*(void*)>("wait_for")};
    pthread_t thread;
    CHECK_EQ(pthread_create(&thread, nullptr, EnterLater, &box), 0);
    CHECK_EQ(version.Close(), Reasons{ResidentReason::kThread});
    box.may_end = true;
    CHECK_EQ(pthread_join(thread, nullptr), 0);
    CheckUnloads(version);
  }
}

// Its copy may be deleted as soon as it was closed.
TEST(ACloseIsTriedAgainWithoutTheFile) {
  const Running running("start_blocked");
  CHECK_EQ(running.version->Close(), Reasons{ResidentReason::kThread});
  std::filesystem::remove(running.version->path());
  running.CheckStaysUntilStopped();
}

TEST(StaysWhileAnotherLibraryDependsOnIt) {
  auto dependency = DynamicLibrary::Open(FixtureDirectory() + "/libdependency.so", std::nullopt);
  CHECK_OK(dependency);
  Version dependent("libdependent.so");
  CHECK_EQ(dependent.Call("twice"), 42);
  CHECK_EQ(dependency.value().Close(), Reasons{ResidentReason::kDependents});
  CHECK_EQ(dependent.Call("twice"), 42);
  CHECK_EQ(dependent.Close(), Reasons{});
  CHECK_EQ(dependency.value().Close(), Reasons{});
}

TEST(StaysWhileSomebodyElseHasItOpen) {
  Version version("libtest_shared.so");
  void* other = dlopen(version.path().c_str(), RTLD_NOW);
  CHECK_EQ(version.Close(), Reasons{ResidentReason::kDependents});
  dlclose(other);
  CHECK_EQ(version.Close(), Reasons{});
  CHECK(!version.IsLoaded());
}

TEST(ALibraryOfTheSystemStaysForOthers) {
  auto library = DynamicLibrary::Open("libc.so.6", std::nullopt);
  CHECK_OK(library);
  CHECK_EQ(library.value().Close(), Reasons{ResidentReason::kDependents});
}

#ifdef HAS_OPENMP
// The threads that wait in the OpenMP runtime for more work would fault when that went with the
// only library that uses it.
TEST(ARuntimeWhoseThreadsWaitForWorkStays) {
  for (int round = 0; round < 10; ++round) {
    Version version("libopenmp.so");
    CHECK_EQ(version.Call("shared_fun"), 4950);
    CheckUnloads(version);
  }
  OnAnotherThread([] {
    Version version("libopenmp.so");
    CHECK_EQ(version.Call("shared_fun"), 4950);
    CheckUnloads(version);
  });
}
#endif

}  // namespace
}  // namespace dynamic_reload::test
