// A pool that gets no threads.

#include <pthread.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "os/thread_pool.h"
#include "test/native/check.h"
#include "test/native/wait.h"

namespace dynamic_reload::test {
namespace {

class TestJob final : public ThreadPool::Job {
 public:
  explicit TestJob(std::function<void()> body) : body_(std::move(body)) {}
  void Run() override { body_(); }

 private:
  const std::function<void()> body_;
};

// No thread can be started while it exists: the stack of one would not fit the address space.
class NoThreads {
 public:
  NoThreads() {
    CHECK_EQ(pthread_getattr_default_np(&before_), 0);
    pthread_attr_t attributes;
    CHECK_EQ(pthread_attr_init(&attributes), 0);
    CHECK_EQ(pthread_attr_setstacksize(&attributes, size_t{1} << 47), 0);
    CHECK_EQ(pthread_setattr_default_np(&attributes), 0);
  }
  ~NoThreads() { pthread_setattr_default_np(&before_); }

  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;

 private:
  pthread_attr_t before_{};
};

TEST(DropsAJobForWhichThereIsNoThreadAndTakesTheNextOne) {
  ThreadPool pool(1, [] {});
  bool was_dropped = false;
  {
    const NoThreads no_threads;
    // What a job owns may use the pool when it ends.
    auto job = std::make_unique<TestJob>([witness = std::shared_ptr<void>(nullptr, [&](void*) {
                                            pool.TakeDone();
                                            was_dropped = true;
                                          })] {});
    CHECK(!pool.Submit(std::move(job)).ok());
  }
  CHECK(was_dropped);
  std::atomic<bool> ran{false};
  CHECK_OK(pool.Submit(std::make_unique<TestJob>([&ran] { ran = true; })));
  CHECK(Eventually([&ran] { return ran.load(); }));
}

}  // namespace
}  // namespace dynamic_reload::test
