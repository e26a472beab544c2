// Looks for addresses of libraries on the stack of a thread.

#ifndef DYNAMIC_RELOAD_OS_STACK_SEARCH_H_
#define DYNAMIC_RELOAD_OS_STACK_SEARCH_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "os/range_hits.h"

namespace dynamic_reload {

// Memory to read a stack through.
struct WordBuffer {
  uintptr_t* words;
  size_t count;
};

// Notes every word of the stack of `thread` from `stack_pointer` to where it began, and the
// function that it was started with, in which it may not have arrived yet. The thread may end
// meanwhile. Fit for a handler of a signal. Returns false when the system does not let us read.
bool SearchStack(pid_t thread, uintptr_t stack_pointer, WordBuffer buffer, RangeHits& hits);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_STACK_SEARCH_H_
