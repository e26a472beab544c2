// Calls of C functions on threads of the pool.

#ifndef DYNAMIC_RELOAD_NAPI_QUEUED_CALLS_H_
#define DYNAMIC_RELOAD_NAPI_QUEUED_CALLS_H_

#include <napi.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "napi/doorbell.h"
#include "os/thread_pool.h"

namespace dynamic_reload {

class CallEngine;
class QueuedCall;

// Those of one copy of the package. Until a call is done the version that it calls stays loaded,
// whatever is reloaded or closed meanwhile. JavaScript thread only.
class QueuedCalls {
 public:
  // `on_done` is called when a call is done and Take() has got all before.
  QueuedCalls(CallEngine& engine, const Napi::Function& on_done);
  ~QueuedCalls();

  QueuedCalls(const QueuedCalls&) = delete;
  QueuedCalls& operator=(const QueuedCalls&) = delete;

  // Queues the call that the scratch describes, `job` included, and leaves a status there. Fails
  // when there is no thread.
  Status Start();

  // Takes a call back. False when it has begun.
  bool Cancel(uint32_t job);

  // Writes the next call that is done to the scratch: its `job`, its result, its errno and a
  // status. The image stays loaded until the next Take(), since a text may lie in it.
  void Take();

  // Drops what has not begun, and waits for the rest.
  void Stop();

 private:
  void Forget(uint32_t job);

  CallEngine& engine_;
  Doorbell doorbell_;
  std::vector<QueuedCall*> calls_;  // By their `job`. Those that are not done.
  size_t unfinished_ = 0;
  ThreadPool::Jobs done_;
  size_t taken_ = 0;  // How many of `done_`.
  ThreadPool pool_;   // Last: its threads ring.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_QUEUED_CALLS_H_
