#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "os/stack_search.h"

namespace dynamic_reload {

namespace {

constexpr uintptr_t kPage = 4096;  // Or a part of one.

// Twice what threads get by default.
constexpr uintptr_t kDeepestStack = uintptr_t{16} * 1024 * 1024;

// In the descriptor of a thread of glibc (`struct pthread`), what follows its list of locks: among
// other things the function that the thread was started with.
constexpr uintptr_t kDescriptorRest = 1536;

// A C library tells the kernel where a thread has its list of locks: in its descriptor, which glibc
// puts at the beginning of its stack. Of the main thread, and with other C libraries, that is
// elsewhere. 0 for a thread that glibc has not begun to run.
uintptr_t LockListOf(pid_t thread) {
  robust_list_head* list = nullptr;
  size_t size = 0;
  if (syscall(SYS_get_robust_list, thread, &list, &size) != 0) return 0;
  return reinterpret_cast<uintptr_t>(list);
}

// Calls `note` with every word of the range, as far as there is memory. The kernel reads: what is
// gone is an error then, not a fault. Returns false when it does not let us.
template <typename Note>
bool ReadWords(AddressRange range, WordBuffer buffer, Note note) {
  uintptr_t address = range.begin & ~(sizeof(uintptr_t) - 1);
  while (address < range.end) {
    const size_t to_next_page = kPage - address % kPage;
    const size_t size =
        std::min({range.end - address, to_next_page, buffer.count * sizeof(uintptr_t)});
    const iovec local = {buffer.words, size};
    const iovec remote = {reinterpret_cast<void*>(address), size};
    const ssize_t count = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    if (count <= 0) return errno == EFAULT;
    note(buffer.words, static_cast<size_t>(count) / sizeof(uintptr_t));
    address += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

bool SearchStack(pid_t thread, uintptr_t stack_pointer, WordBuffer buffer, RangeHits& hits) {
  const auto returns = [&](const uintptr_t* words, size_t count) { hits.NoteWords(words, count); };
  const auto functions = [&](const uintptr_t* words, size_t count) {
    hits.NoteFunctions(words, count);
  };
  const uintptr_t deepest = stack_pointer + kDeepestStack;
  const uintptr_t list = LockListOf(thread);
  // A thread that was just made has returned from nowhere yet, and will enter its function. Not
  // even its stack has an end that is known.
  if (list == 0) return ReadWords({stack_pointer, deepest}, buffer, functions);
  const uintptr_t end = list > stack_pointer ? std::min(list, deepest) : deepest;
  return ReadWords({stack_pointer, end}, buffer, returns) &&
         ReadWords({list, list + kDescriptorRest}, buffer, functions);
}

}  // namespace dynamic_reload
