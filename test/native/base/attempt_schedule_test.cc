#include "base/attempt_schedule.h"

#include <chrono>
#include <optional>
#include <vector>

#include "test/native/check.h"

namespace dynamic_reload::test {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using Clock = AttemptSchedule::Clock;
using Time = AttemptSchedule::Time;

constexpr Clock::duration kNoQuiet{0};
const Time kStart = Time(std::chrono::hours(1));

// The steps between the looks, when every look comes exactly when it is due and finds the same.
std::vector<Clock::duration> StepsUntilGivingUp(bool (AttemptSchedule::*retry)(Time)) {
  AttemptSchedule schedule(kNoQuiet);
  schedule.Note(kStart);
  std::vector<Clock::duration> steps;
  Time now = *schedule.due();
  while ((schedule.*retry)(now)) {
    CHECK(schedule.due().has_value());
    steps.push_back(*schedule.due() - now);
    now = *schedule.due();
    CHECK(steps.size() < 100'000);
  }
  return steps;
}

Clock::duration Sum(const std::vector<Clock::duration>& steps) {
  Clock::duration sum{0};
  for (const Clock::duration step : steps) sum += step;
  return sum;
}

TEST(WaitsForNothingAtFirst) {
  const AttemptSchedule schedule(milliseconds(5));
  CHECK_EQ(schedule.due().has_value(), false);
}

TEST(IsDueAtOnceWithoutQuietTime) {
  AttemptSchedule schedule(kNoQuiet);
  schedule.Note(kStart);
  CHECK(schedule.due() == kStart);
}

TEST(IsDueOnceTheFileWasQuiet) {
  AttemptSchedule schedule(milliseconds(50));
  schedule.Note(kStart);
  CHECK(schedule.due() == kStart + milliseconds(50));
}

TEST(EveryChangeBeginsTheQuietTimeAgain) {
  AttemptSchedule schedule(milliseconds(50));
  schedule.Note(kStart);
  schedule.Note(kStart + milliseconds(30));
  CHECK(schedule.due() == kStart + milliseconds(80));
}

TEST(NothingIsDueAfterAnAnswer) {
  AttemptSchedule schedule(kNoQuiet);
  schedule.Note(kStart);
  schedule.Clear();
  CHECK_EQ(schedule.due().has_value(), false);
}

TEST(LooksAgainSoonAfterTheEndOfAWrite) {
  const auto steps = StepsUntilGivingUp(&AttemptSchedule::RetryBusy);
  const std::vector<Clock::duration> first(steps.begin(), steps.begin() + 10);
  CHECK_EQ(first, std::vector<Clock::duration>{
                      microseconds(50), microseconds(100), microseconds(200), microseconds(400),
                      microseconds(800), microseconds(1600), microseconds(3200), microseconds(6400),
                      milliseconds(20), milliseconds(20)});
}

TEST(GivesUpOnAFileThatIsWrittenForTooLong) {
  const auto steps = StepsUntilGivingUp(&AttemptSchedule::RetryBusy);
  CHECK_EQ(Sum(steps), Clock::duration(AttemptSchedule::kBusyPatience));
}

TEST(LooksAgainSoonAtADamagedFile) {
  const auto steps = StepsUntilGivingUp(&AttemptSchedule::RetryIncomplete);
  const std::vector<Clock::duration> first(steps.begin(), steps.begin() + 8);
  CHECK_EQ(first, std::vector<Clock::duration>{milliseconds(1), milliseconds(2), milliseconds(4),
                                               milliseconds(8), milliseconds(16), milliseconds(32),
                                               milliseconds(50), milliseconds(50)});
}

TEST(GivesUpOnAFileThatStaysDamaged) {
  const auto steps = StepsUntilGivingUp(&AttemptSchedule::RetryIncomplete);
  CHECK_EQ(Sum(steps), Clock::duration(AttemptSchedule::kIncompletePatience));
}

TEST(LooksAfterAQuietTimeAtAFileWhoseWritersAreNotKnown) {
  const auto steps = StepsUntilGivingUp(&AttemptSchedule::RetryQuiet);
  CHECK(steps.front() == AttemptSchedule::kQuietTime);
  CHECK(steps.back() <= AttemptSchedule::kQuietTime);
  CHECK_EQ(Sum(steps), Clock::duration(AttemptSchedule::kBusyPatience));
}

TEST(GoesOnSlowlyWhenNobodyReportsTheEndOfTheWriting) {
  AttemptSchedule schedule(kNoQuiet);
  schedule.Note(kStart);
  CHECK(schedule.RetryBusy(kStart));
  const Time late = kStart + AttemptSchedule::kBusyPatience;
  CHECK(!schedule.RetryBusy(late));
  schedule.RetryUnattended(late);
  CHECK(schedule.due() == late + AttemptSchedule::kUnattendedInterval);
}

TEST(NothingIsDueAfterGivingUp) {
  AttemptSchedule schedule(kNoQuiet);
  schedule.Note(kStart);
  CHECK(schedule.RetryIncomplete(kStart));
  CHECK(!schedule.RetryIncomplete(kStart + AttemptSchedule::kIncompletePatience));
  CHECK_EQ(schedule.due().has_value(), false);
}

TEST(TheLastLookIsAtTheEndOfPatience) {
  AttemptSchedule schedule(kNoQuiet);
  schedule.Note(kStart);
  CHECK(schedule.RetryIncomplete(kStart));
  const Time almost = kStart + AttemptSchedule::kIncompletePatience - microseconds(1);
  CHECK(schedule.RetryIncomplete(almost));
  CHECK(schedule.due() == kStart + AttemptSchedule::kIncompletePatience);
}

// A loaded machine must not report a file as damaged that it hardly had the time to look at.
TEST(PatienceBeginsWithTheFirstLookAndNotWithTheChange) {
  AttemptSchedule schedule(kNoQuiet);
  schedule.Note(kStart);
  const Time late = kStart + AttemptSchedule::kIncompletePatience * 2;
  CHECK(schedule.RetryIncomplete(late));
  CHECK(schedule.due() == late + milliseconds(1));
}

TEST(AChangeRenewsPatience) {
  AttemptSchedule schedule(milliseconds(5));
  schedule.Note(kStart);
  CHECK(schedule.RetryIncomplete(kStart + milliseconds(5)));
  const Time later = kStart + AttemptSchedule::kIncompletePatience;
  schedule.Note(later);
  CHECK(schedule.due() == later + milliseconds(5));
  CHECK(schedule.RetryIncomplete(later + milliseconds(5)));
  CHECK(schedule.due() == later + milliseconds(6));
}

// A file that was written slowly, and is damaged when its writer is gone, may still be finished.
TEST(EachFindingHasAPatienceOfItsOwn) {
  AttemptSchedule schedule(kNoQuiet);
  schedule.Note(kStart);
  CHECK(schedule.RetryBusy(kStart));
  const Time closed = kStart + std::chrono::seconds(5);
  CHECK(schedule.RetryIncomplete(closed));
  CHECK(schedule.due() == closed + milliseconds(1));
  CHECK(schedule.RetryIncomplete(closed + milliseconds(100)));
  CHECK(!schedule.RetryIncomplete(closed + AttemptSchedule::kIncompletePatience));
}

TEST(ChangingFindingsDoNotGoOnForEver) {
  AttemptSchedule schedule(kNoQuiet);
  schedule.Note(kStart);
  const Time end = kStart + AttemptSchedule::kBusyPatience;
  for (Time now = kStart; now < end; now += milliseconds(200)) {
    CHECK(schedule.RetryBusy(now));
    CHECK(schedule.RetryIncomplete(now + milliseconds(100)));
  }
  CHECK(!schedule.RetryBusy(end));
}

}  // namespace
}  // namespace dynamic_reload::test
