// What a thunk looks up: whom to call, and how much memory it may touch.

#ifndef DYNAMIC_RELOAD_FFI_CLOSURE_SLOT_H_
#define DYNAMIC_RELOAD_FFI_CLOSURE_SLOT_H_

#include <atomic>
#include <cstdint>

#include "ffi/closure.h"

namespace dynamic_reload {

// How far a thunk may write and read the memory of its caller.
struct alignas(uint64_t) ClosureShape {
  uint32_t result_size = 0;
  uint32_t stack_words = 0;
};
static_assert(std::atomic<ClosureShape>::is_always_lock_free);

struct ClosureCall {
  ClosureFunction function = nullptr;  // Null when the Closure is no more.
  void* context = nullptr;
  ClosureShape shape;
};

// Belongs to one thunk for ever, and to one Closure after another.
//
// Calls read it without a lock, while another thread retires the Closure or even gives the thunk to
// the next one: each read sees one Closure or none, never a mixture.
class ClosureSlot {
 public:
  // REQUIRES: never published, or retired
  void Publish(const ClosureCall& call);
  void Retire() { function_.store(nullptr, std::memory_order_release); }

  // The shape stays when the Closure is retired: a dead call returns as many zeros as it should.
  ClosureCall Read() const;

  // Set once, by the pool.
  void set_address(void* address) { address_.store(address, std::memory_order_relaxed); }
  void* address() const { return address_.load(std::memory_order_relaxed); }

  // What the pool knows about it, under its mutex.
  ClosureSlot* next = nullptr;  // The next free one.
  uint64_t turn = 0;  // Counts how often it was taken. Does not change while it is not free.
  bool is_free = false;

 private:
  std::atomic<uint32_t> generation_{0};  // Counts Publish().
  std::atomic<ClosureFunction> function_{nullptr};
  std::atomic<void*> context_{nullptr};
  std::atomic<ClosureShape> shape_{ClosureShape{}};
  std::atomic<void*> address_{nullptr};
};

inline void ClosureSlot::Publish(const ClosureCall& call) {
  generation_.fetch_add(1, std::memory_order_release);  // Whoever sees it sees Retire().
  // Each is stored after what a reader that sees it has to see too.
  context_.store(call.context, std::memory_order_release);
  shape_.store(call.shape, std::memory_order_release);
  function_.store(call.function, std::memory_order_release);
}

inline ClosureCall ClosureSlot::Read() const {
  const uint32_t generation = generation_.load(std::memory_order_acquire);
  ClosureCall call;
  call.function = function_.load(std::memory_order_acquire);
  call.context = context_.load(std::memory_order_acquire);
  call.shape = shape_.load(std::memory_order_acquire);
  // Published anew in between: what was called is the Closure before, which is no more.
  if (generation_.load(std::memory_order_relaxed) != generation) call.function = nullptr;
  return call;
}

// Calls the function, or the handler of dead calls.
void RunClosure(const ClosureCall& call, const ClosureSlot& slot, const RegisterFile& arguments,
                void* result);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_CLOSURE_SLOT_H_
