// Gives out the thunks of one kind.

#ifndef DYNAMIC_RELOAD_FFI_THUNK_POOL_H_
#define DYNAMIC_RELOAD_FFI_THUNK_POOL_H_

#include <cstddef>
#include <utility>

#include "base/mutex.h"
#include "ffi/closure_slot.h"
#include "ffi/result_kind.h"

namespace dynamic_reload {

// Any thread. Lives as long as the process, as the code does: nothing here needs to be destroyed.
class ThunkPool {
 public:
  // `thunks[i]` looks `slots[i]` up.
  ThunkPool(void* const* thunks, ClosureSlot* slots, size_t count)
      : thunks_(thunks), slots_(slots), count_(count) {}

  size_t count() const { return count_; }

  // A retired one, of the next turn. Null when all are taken.
  ClosureSlot* Take();

  // Gives a slot back, still published. Does nothing when its turn is over, or the second time.
  void Offer(ClosureSlot& slot, uint64_t turn);

  // Retires it, too.
  void Return(ClosureSlot& slot, uint64_t turn);

 private:
  ClosureSlot* TakeFree() REQUIRES(mutex_);
  void AddFree(ClosureSlot& slot) REQUIRES(mutex_);

  void* const* const thunks_;
  ClosureSlot* const slots_;
  const size_t count_;

  Mutex mutex_;
  size_t used_ GUARDED_BY(mutex_) = 0;  // How many have been taken at least once, from the front.
  // The free ones among them, the one that is free for longest first.
  ClosureSlot* oldest_free_ GUARDED_BY(mutex_) = nullptr;
  ClosureSlot* latest_free_ GUARDED_BY(mutex_) = nullptr;
};

inline ClosureSlot* ThunkPool::Take() {
  const MutexLock lock(mutex_);
  ClosureSlot* slot = TakeFree();
  if (slot == nullptr) return nullptr;
  slot->Retire();
  ++slot->turn;
  return slot;
}

inline ClosureSlot* ThunkPool::TakeFree() {
  if (used_ < count_) {
    slots_[used_].set_address(thunks_[used_]);
    return &slots_[used_++];
  }
  ClosureSlot* slot = oldest_free_;
  if (slot == nullptr) return nullptr;
  oldest_free_ = std::exchange(slot->next, nullptr);
  slot->is_free = false;
  return slot;
}

inline void ThunkPool::Offer(ClosureSlot& slot, uint64_t turn) {
  const MutexLock lock(mutex_);
  if (slot.turn == turn && !slot.is_free) AddFree(slot);
}

inline void ThunkPool::Return(ClosureSlot& slot, uint64_t turn) {
  const MutexLock lock(mutex_);
  if (slot.turn != turn) return;
  slot.Retire();
  if (!slot.is_free) AddFree(slot);
}

inline void ThunkPool::AddFree(ClosureSlot& slot) {
  if (oldest_free_ == nullptr) {
    oldest_free_ = &slot;
  } else {
    latest_free_->next = &slot;
  }
  latest_free_ = &slot;
  slot.is_free = true;
}

// The pool for closures that return so. `is_short`: whose arguments are all in general registers.
// `floating_words` as in CallPlan. Defined in thunks_*.cc.
ThunkPool& ThunkPoolFor(ResultKind kind, bool is_short, uint8_t floating_words);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_THUNK_POOL_H_
