// Callbacks that come from threads other than the JavaScript thread.

#ifndef DYNAMIC_RELOAD_NAPI_FOREIGN_CALLS_H_
#define DYNAMIC_RELOAD_NAPI_FOREIGN_CALLS_H_

#include <napi.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "napi/doorbell.h"

namespace dynamic_reload {

// A queue to the JavaScript thread; whoever queues something waits until it was done there. If the
// JavaScript thread waits for that thread meanwhile, inside a blocking call, neither goes on: that
// is the program's mistake, and the documentation says so.
class ForeignCalls {
 public:
  // Runs on the JavaScript thread, also when JavaScript itself cannot run any more. `result` is
  // zeroed.
  using Task = std::function<void(void* result)>;

  explicit ForeignCalls(Napi::Env env);
  ~ForeignCalls() { Stop(); }

  ForeignCalls(const ForeignCalls&) = delete;
  ForeignCalls& operator=(const ForeignCalls&) = delete;

  // Any other thread. Copies `size` bytes of result. Leaves `result` as it is when the environment
  // ends first; then a task that has begun may go on after this returned.
  void RunAndWait(Task task, void* result, size_t size);

  // JavaScript thread, as everything below. Lets every thread go that waits, also the one whose
  // task runs at the moment: it may be that task which ends the process, and then it never returns.
  void Stop();

  // While there are references the event loop keeps running, waiting for calls.
  void Ref();
  void Unref();

 private:
  // Shared by the two threads: neither knows which of them is done with it first.
  struct ForeignCall {
    Task task;
    std::vector<uint8_t> result;
    bool is_over = false;  // Guarded by the mutex. From then on the result does not change.
  };

  void RunAll();
  std::shared_ptr<ForeignCall> TakeNext();  // Null when there is none.

  Napi::Env env_;
  int references_ = 0;
  Doorbell doorbell_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::shared_ptr<ForeignCall>> queue_ GUARDED_BY(mutex_);
  bool is_stopped_ GUARDED_BY(mutex_) = false;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_FOREIGN_CALLS_H_
