#include "os/thread_pool.h"

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "test/native/check.h"
#include "test/native/wait.h"

namespace dynamic_reload::test {
namespace {

class TestJob final : public ThreadPool::Job {
 public:
  TestJob(int number, std::function<void()> body) : number_(number), body_(std::move(body)) {}
  void Run() override { body_(); }
  int number() const { return number_; }

 private:
  const int number_;
  const std::function<void()> body_;
};

int NumberOf(const ThreadPool::Job& job) { return static_cast<const TestJob&>(job).number(); }

// Shut at first: whoever comes through waits.
class Gate {
 public:
  std::function<void()> Pass() {
    return [this] {
      ++reached_;
      Eventually([this] { return open_.load(); });
    };
  }
  void Open() { open_ = true; }
  bool ReachedBy(int count) {
    return Eventually([this, count] { return reached_ == count; });
  }

 private:
  std::atomic<int> reached_{0};
  std::atomic<bool> open_{false};
};

struct PoolWithBell {
  explicit PoolWithBell(size_t most_threads) : pool(most_threads, [this] { ++rings; }) {}

  TestJob* Submit(
      int number, std::function<void()> body = [] {}) {
    auto job = std::make_unique<TestJob>(number, std::move(body));
    TestJob* address = job.get();
    CHECK_OK(pool.Submit(std::move(job)));
    return address;
  }

  // Waits for that many jobs.
  std::vector<int> TakeDone(size_t count) {
    std::vector<int> numbers;
    Eventually([&] {
      for (const auto& job : pool.TakeDone()) numbers.push_back(NumberOf(*job));
      return numbers.size() >= count;
    });
    return numbers;
  }

  std::atomic<int> rings{0};
  ThreadPool pool;
};

TEST(HandsBackEveryJobInTheOrderInWhichTheyEnded) {
  PoolWithBell test(1);
  for (int number = 0; number < 1000; ++number) test.Submit(number);
  const auto done = test.TakeDone(1000);
  CHECK_EQ(done.size(), 1000);
  for (int number = 0; number < 1000; ++number) CHECK_EQ(done[static_cast<size_t>(number)], number);
}

TEST(RunsAsManyJobsAtOnceAsItMayHaveThreads) {
  PoolWithBell test(3);
  Gate gate;
  for (int number = 0; number < 4; ++number) test.Submit(number, gate.Pass());
  CHECK(gate.ReachedBy(3));
  CHECK(test.pool.TakeDone().empty());
  gate.Open();
  CHECK_EQ(test.TakeDone(4).size(), 4);
}

TEST(RingsOnceForAllThatIsDoneUntilItIsTaken) {
  PoolWithBell test(1);
  Gate last;
  test.Submit(1);
  test.Submit(2);
  test.Submit(3, last.Pass());
  CHECK(last.ReachedBy(1));
  CHECK_EQ(test.rings.load(), 1);
  CHECK_EQ(test.TakeDone(2).size(), 2);
  last.Open();
  CHECK(Eventually([&test] { return test.rings == 2; }));
}

TEST(TakesBackOnlyAJobThatHasNotBegun) {
  PoolWithBell test(1);
  Gate gate;
  const TestJob* running = test.Submit(1, gate.Pass());
  CHECK(gate.ReachedBy(1));
  const TestJob* waiting = test.Submit(2);
  CHECK(test.pool.Cancel(running) == nullptr);
  const auto taken = test.pool.Cancel(waiting);
  CHECK(taken != nullptr);
  CHECK_EQ(NumberOf(*taken), 2);
  gate.Open();
  CHECK_EQ(test.TakeDone(1).size(), 1);
}

TEST(StopDropsWhatHasNotBegunThenWaitsForTheRest) {
  PoolWithBell test(1);
  std::atomic<bool> began{false};
  std::atomic<bool> was_dropped{false};
  bool saw_the_drop = false;
  test.Submit(1, [&] {
    began = true;
    saw_the_drop = Eventually([&] { return was_dropped.load(); });
  });
  CHECK(Eventually([&] { return began.load(); }));
  bool ran = false;
  test.Submit(2, [&ran, witness = std::shared_ptr<void>(
                            nullptr, [&](void*) { was_dropped = true; })] { ran = true; });
  test.pool.Stop();
  CHECK(saw_the_drop);
  CHECK(!ran);
  CHECK(test.pool.TakeDone().empty());
}

TEST(TakesNoJobAfterStop) {
  PoolWithBell test(1);
  test.pool.Stop();
  bool ran = false;
  test.Submit(1, [&ran] { ran = true; });
  test.pool.Stop();
  CHECK(!ran);
}

}  // namespace
}  // namespace dynamic_reload::test
