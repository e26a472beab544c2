#include "os/range_hits.h"

#include <algorithm>

#include "os/code_address.h"

namespace dynamic_reload {

RangeHits::RangeHits(const std::vector<AddressRange>& ranges)
    : ranges_(ranges), all_{UINTPTR_MAX, 0}, hits_(ranges.size()) {
  for (const AddressRange& range : ranges) {
    all_.begin = std::min(all_.begin, range.begin);
    all_.end = std::max(all_.end, range.end);
  }
}

void RangeHits::NoteWords(const uintptr_t* words, size_t count) {
  for (const uintptr_t* word = words; word < words + count; ++word) {
    const uintptr_t address = AddressIn(*word);
    if (!all_.Contains(address)) continue;
    for (size_t index = 0; index < ranges_.size(); ++index) {
      const AddressRange& range = ranges_[index];
      if (range.Contains(address) && IsReturnAddress(address, range)) hits_[index] = true;
    }
  }
}

void RangeHits::NoteProgramCounter(uintptr_t address) {
  for (size_t index = 0; index < ranges_.size(); ++index) {
    if (ranges_[index].Contains(address)) hits_[index] = true;
  }
}

std::vector<bool> RangeHits::Get() const { return {hits_.begin(), hits_.end()}; }

void RangeHits::NoteFunctions(const uintptr_t* words, size_t count) {
  for (const uintptr_t* word = words; word < words + count; ++word) NoteProgramCounter(*word);
}

}  // namespace dynamic_reload
