// C functions that call back into us.

#ifndef DYNAMIC_RELOAD_FFI_CLOSURE_H_
#define DYNAMIC_RELOAD_FFI_CLOSURE_H_

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "ffi/call_plan.h"

namespace dynamic_reload {

// Runs on the thread on which C calls.
//
// `arguments` holds the incoming registers and stack words where plan().arguments have their moves,
// and nothing defined elsewhere; beyond the bytes that a move names, a word is undefined too. What
// is by reference is an address, and what it points to may be written to.
//
// `result` is zeroed and has room for a whole word for a scalar, plan().result.size bytes for an
// aggregate.
using ClosureFunction = void (*)(void* context, const RegisterFile& arguments, void* result);

// An address that C can call. It is one of a fixed number of functions that the compiler made, so
// that no memory is ever both written and executed.
//
// Any thread may make one, destroy one and call its address, at once. Destroying does not wait for
// calls that are running.
class Closure {
 public:
  // Has an address, but nothing behind it yet. Fails with kSymbolDefinition as MakeCallPlan() does,
  // and with kInvalidState when all functions for results like this one are taken.
  static Result<std::unique_ptr<Closure>> Reserve(const Signature& signature);

  // From now on C calls `function`. `context` has to outlive the calls that run, also those that
  // have begun when the Closure is destroyed. REQUIRES: it is the first time
  void Publish(ClosureFunction function, void* context);

  // Both at once.
  static Result<std::unique_ptr<Closure>> Create(const Signature& signature,
                                                 ClosureFunction function, void* context);

  // Calls go on, until the address is that of another Closure: as late as possible, after every
  // other free one.
  void Offer();

  // Offers the address, too. Whoever calls it gets a result of zeros, and the handler of dead calls
  // learns of it.
  ~Closure();

  Closure(const Closure&) = delete;
  Closure& operator=(const Closure&) = delete;

  void* address() const;
  const CallPlan& plan() const { return plan_; }

 private:
  Closure(CallPlan plan, class ThunkPool& pool, class ClosureSlot& slot);

  const CallPlan plan_;
  ThunkPool& pool_;
  ClosureSlot& slot_;
  const uint64_t turn_;  // Tells whether the slot belongs to this Closure still.
};

// What is told the address when C calls that of a Closure which is no more. One for the process, as
// the addresses are. Any thread may set it, and it is called on whichever thread C calls.
void SetDeadCallHandler(void (*handler)(void* address));

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_FFI_CLOSURE_H_
