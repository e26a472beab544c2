// What the monitor says about what it does.

#include <string>
#include <utility>
#include <vector>

#include "base/trace_queue.h"
#include "os/library_monitor.h"
#include "test/native/os/monitor_fixture.h"

namespace dynamic_reload::test {
namespace {

// A library that runs, and the trace from then on.
struct TraceFixture : MonitorFixture {
  explicit TraceFixture(bool on = true) {
    WriteFile(path, Version(1));
    auto subscription = listener.Subscribe(std::chrono::milliseconds(0));
    subscription.trace = trace;
    id = monitor->Add(path, subscription);
    running = listener.NextCopy();
    monitor->Accept(id, running);
    monitor->SwitchTrace(*trace, on);
  }

  // What was written until now, as "what" or "what: detail", without copies.
  std::vector<std::string> Lines() {
    std::vector<std::string> lines;
    for (auto& [time, entry] : trace->Drain().entries) {
      CHECK_EQ(entry.subject, id);
      if (entry.kind == TraceEntry::Kind::kPhase) continue;
      std::string line = entry.what;
      if (!entry.detail.empty()) line += ": " + entry.detail;
      lines.push_back(std::move(line));
    }
    return lines;
  }

  std::shared_ptr<TraceQueue> trace = std::make_shared<TraceQueue>([] {});
  std::string running;
};

TEST(TracesARenameFromTheEventToTheDecision) {
  TraceFixture test;
  ReplaceFile(test.path, Version(2));
  test.listener.NextCopy();
  test.Fence();
  const std::vector<std::string> expected = {"moved-to: libfoo.so",
                                             "look: replaced, after a quiet time of 0.00 ms",
                                             "reload: whole, and not what runs"};
  CHECK(test.Lines() == expected);
}

TEST(TracesWhyNothingIsReloaded) {
  TraceFixture test;
  ReplaceFile(test.path, Version(1));
  test.Fence();
  const auto lines = test.Lines();
  CHECK_EQ(lines.size(), 3);
  CHECK_EQ(lines[2], "skip: same image as " + test.running);
}

TEST(TracesEachLookAtADamagedFileAndItsFailure) {
  TraceFixture test;
  ReplaceFile(test.path, Version(2).substr(0, 1000));
  const Error error = test.listener.NextError();
  const auto lines = test.Lines();
  CHECK_EQ(lines[2].rfind("retry: " + error.message + "; next look in ", 0), 0);
  CHECK_EQ(lines.back(), "fail: " + error.message);
}

TEST(TracesNothingForASubscriptionThatDoesNotRead) {
  TraceFixture test(/*on=*/false);
  const auto other = std::make_shared<TraceQueue>([] {});
  test.monitor->SwitchTrace(*other, true);
  ReplaceFile(test.path, Version(2));
  test.listener.NextCopy();
  CHECK_EQ(test.Lines().size(), 0);
  CHECK_EQ(other->Drain().entries.size(), 0);
}

}  // namespace
}  // namespace dynamic_reload::test
