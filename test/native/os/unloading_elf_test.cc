// What keeps a library of ELF: symbols, flags, and destructors of variables of threads.

#include <filesystem>
#include <functional>
#include <future>
#include <string>
#include <thread>

#include "os/dynamic_library.h"
#include "test/native/check.h"
#include "test/native/os/version.h"

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

// By a thread, whose thread-local variables are destroyed by the time it returns.
void OnAnotherThread(const std::function<void()>& body) { std::thread(body).join(); }

// Below what the thread will use afterwards, which could leave traces of the call as they are.
__attribute__((noinline)) void DeepInTheStack(const std::function<void()>& body) {
  volatile char deep[100'000];
  deep[0] = 0;
  body();
  deep[1] = deep[0];
}

TEST(ALibraryThatUsesTheStandardLibraryUnloads) {
  Version version("libstandard");
  CHECK_EQ(version.Call("shared_fun"), 42);
  CheckUnloads(version);
}

// The runtime of C++ has memory for exceptions that it never frees. That of this library is its
// own.
TEST(ALibraryWithAStandardLibraryOfItsOwnUnloads) {
  const AllowedLeaks allowed;
  Version version("libstandard_static");
  CHECK_EQ(version.Call("shared_fun"), 42);
  CheckUnloads(version);
}

TEST(ALibraryWithStaticThreadLocalStorageUnloads) {
  Version version("libstatic_tls");
  CHECK_EQ(version.Call("shared_fun"), 7);
  CheckUnloads(version);
}

TEST(EveryVersionHasItsOwnUniqueVariables) {
  Version first("libunique");
  CHECK_EQ(first.Call("shared_fun"), 1);
  Version second("libunique_v2");
  CHECK_EQ(second.Call("shared_fun"), 2);
  CheckUnloads(first);
  CheckUnloads(second);
}

TEST(UniqueSymbolsThatWereKeptKeepTheLibrary) {
  Version version("libunique", Version::Copy::kUnpatched);
  CHECK_EQ(version.Call("shared_fun"), 1);
  CHECK_EQ(version.Close(), Reasons{ResidentReason::kUnique});
  CHECK(version.IsLoaded());
  CHECK_EQ(version.Close(), Reasons{ResidentReason::kUnique});
}

TEST(ALibraryThatOnlyAsksToStayUnloads) {
  Version version("libnodelete");
  CheckUnloads(version);
}

TEST(ALibraryThatMayHaveAReasonToAskStays) {
  Version version("libnodelete_threads");
  CHECK_EQ(version.Close(), Reasons{ResidentReason::kNodelete});
}

TEST(ALibraryBuiltByGoStays) {
  Version version("libgo");
  CHECK_EQ(version.Close(), Reasons{ResidentReason::kGo});
}

TEST(StaysUntilThreadsHaveDestroyedTheirVariables) {
  Version version("libtls_destructor");
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
  Version version("libtls_destructor");
  int destroyed = 0;
  OnAnotherThread([&] { version.Find<void(int*)>("touch")(&destroyed); });
  CheckUnloads(version);
}

// Its copy may be deleted as soon as it was closed.
TEST(ACloseIsTriedAgainWithoutTheFile) {
  const Running running("start_blocked");
  CHECK_EQ(running.version->Close(), Reasons{ResidentReason::kThread});
  std::filesystem::remove(running.version->path());
  running.CheckStaysUntilStopped();
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
    Version version("libopenmp");
    CHECK_EQ(version.Call("shared_fun"), 4950);
    CheckUnloads(version);
  }
  OnAnotherThread([] {
    Version version("libopenmp");
    CHECK_EQ(version.Call("shared_fun"), 4950);
    CheckUnloads(version);
  });
}
#endif

}  // namespace
}  // namespace dynamic_reload::test
