// What the kernel says of our watches.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_OS_KERNEL_WATCHES_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_OS_KERNEL_WATCHES_H_

#include <cstddef>
#include <fstream>
#include <string>

#include "test/native/files.h"

namespace dynamic_reload::test {

// How many inotify watches this process has: proc(5), /proc/[pid]/fdinfo.
inline size_t KernelWatches() {
  size_t count = 0;
  for (const std::string& name : NamesIn("/proc/self/fdinfo")) {
    std::ifstream lines("/proc/self/fdinfo/" + name);
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("inotify wd:", 0) == 0) ++count;
    }
  }
  return count;
}

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_OS_KERNEL_WATCHES_H_
