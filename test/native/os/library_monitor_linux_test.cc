// What the monitor holds of the kernel.

#include <string>

#include "test/native/os/kernel_watches.h"
#include "test/native/os/monitor_fixture.h"

namespace dynamic_reload::test {
namespace {

TEST(ARemovedLibraryGivesItsWatchesBack) {
  MonitorFixture test;
  const size_t before = KernelWatches();
  test.AddRunning(Version(1));
  CHECK(KernelWatches() > before);
  ReplaceFile(test.path, Version(2));
  test.listener.NextCopy();
  test.monitor->Remove(test.id);
  test.monitor->Flush();
  CHECK_EQ(KernelWatches(), before);
}

}  // namespace
}  // namespace dynamic_reload::test
