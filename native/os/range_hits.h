// What shows that a thread executes in some code.

#ifndef DYNAMIC_RELOAD_OS_RANGE_HITS_H_
#define DYNAMIC_RELOAD_OS_RANGE_HITS_H_

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

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_RANGE_HITS_H_
