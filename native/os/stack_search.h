// Looks for addresses of libraries on the stack of a thread.

#ifndef DYNAMIC_RELOAD_OS_STACK_SEARCH_H_
#define DYNAMIC_RELOAD_OS_STACK_SEARCH_H_

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "os/loaded_objects.h"

namespace dynamic_reload {

// In which of some ranges of code a thread executes. Threads may note words at the same time, also
// in a handler of a signal.
class RangeHits {
 public:
  // REQUIRES: the ranges stay mapped as long as this object lives
  explicit RangeHits(const std::vector<AddressRange>& ranges);

  // What stands on a stack or in registers, and may be where to return to.
  void NoteWords(const uintptr_t* words, size_t count);
  // What stands in the descriptor of a thread, and may be the function that it was started with.
  void NoteFunctions(const uintptr_t* words, size_t count);
  void NoteProgramCounter(uintptr_t address);
  std::vector<bool> Get() const;

 private:
  const std::vector<AddressRange>& ranges_;
  AddressRange all_;  // From the lowest to the highest: most words are outside.
  std::vector<std::atomic<bool>> hits_;
};

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
