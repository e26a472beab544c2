// What is traced, and how it gets to who reads it.

#include "base/trace.h"

#include <chrono>
#include <string>
#include <vector>

#include "base/trace_queue.h"
#include "test/native/check.h"

namespace dynamic_reload::test {
namespace {

struct Written {
  std::vector<TraceEntry> entries;
  Trace trace{[this](TraceEntry entry) { entries.push_back(std::move(entry)); }};
};

TEST(PutsTheDetailsTogether) {
  Written test;
  test.trace.AddReader();
  const std::string path = "/x.so";
  test.trace.Of(7).Phase("copy", 14700, " bytes in ", std::chrono::microseconds(60), " to ", path);
  CHECK_EQ(test.entries.size(), 1);
  CHECK(test.entries[0].kind == TraceEntry::Kind::kPhase);
  CHECK_EQ(test.entries[0].subject, 7);
  CHECK_EQ(std::string(test.entries[0].what), "copy");
  CHECK_EQ(test.entries[0].detail, "14700 bytes in 0.06 ms to /x.so");
}

TEST(PutsNothingTogetherThatNobodyReads) {
  Written test;
  int asked = 0;
  const auto detail = [&] { return ++asked; };
  test.trace.Of(1).Decision("skip", detail);
  test.trace.AddReader();
  test.trace.Of(1).Decision("skip", detail);
  test.trace.RemoveReader();
  test.trace.Of(1).Decision("skip", detail);
  TraceSubject().Event("create", detail);
  CHECK_EQ(asked, 1);
  CHECK_EQ(test.entries.size(), 1);
}

TEST(IsOnAsLongAsOneReads) {
  Written test;
  test.trace.AddReader();
  test.trace.AddReader();
  test.trace.RemoveReader();
  CHECK(test.trace.on());
  test.trace.RemoveReader();
  CHECK(!test.trace.on());
}

struct QueueWithBell {
  int rings = 0;
  TraceQueue queue{[this] { ++rings; }};

  void Push(const char* what) { queue.Push({TraceEntry::Kind::kEvent, 1, what, ""}); }
};

TEST(AQueueThatIsOffHoldsNothing) {
  QueueWithBell test;
  test.Push("create");
  CHECK(test.queue.Switch(true));
  CHECK(!test.queue.Switch(true));
  test.Push("create");
  CHECK(test.queue.Switch(false));
  CHECK_EQ(test.queue.Drain().entries.size(), 0);
  CHECK_EQ(test.rings, 1);
}

TEST(EntriesComeInTheOrderOfTheirTimes) {
  QueueWithBell test;
  test.queue.Switch(true);
  test.Push("create");
  test.Push("close-write");
  const auto first = test.queue.Drain();
  test.Push("attrib");
  const auto second = test.queue.Drain();
  CHECK_EQ(first.entries.size(), 2);
  CHECK_EQ(std::string(first.entries[0].entry.what), "create");
  CHECK(first.entries[0].time <= first.entries[1].time);
  CHECK(first.entries[1].time <= first.now);
  CHECK(first.now <= second.entries[0].time);
  CHECK_EQ(test.rings, 2);  // Once for each time that there is something again.
}

TEST(WhatAFullQueueLosesIsCounted) {
  QueueWithBell test;
  test.queue.Switch(true);
  for (size_t i = 0; i < TraceQueue::kCapacity + 3; ++i) test.Push("create");
  const auto full = test.queue.Drain();
  CHECK_EQ(full.entries.size(), TraceQueue::kCapacity);
  CHECK_EQ(full.lost, 3);
  test.Push("create");
  CHECK_EQ(test.queue.Drain().lost, 0);
}

}  // namespace
}  // namespace dynamic_reload::test
