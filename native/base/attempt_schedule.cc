#include "base/attempt_schedule.h"

#include <algorithm>

namespace dynamic_reload {

using std::chrono::microseconds;
using std::chrono::milliseconds;

struct AttemptSchedule::Ladder {
  Clock::duration first_step;
  int doublings;
  Clock::duration last_step;
  Clock::duration patience;
};

namespace {

constexpr AttemptSchedule::Ladder kBusyLadder = {microseconds(50), 8, milliseconds(20),
                                                 AttemptSchedule::kBusyPatience};
constexpr AttemptSchedule::Ladder kIncompleteLadder = {milliseconds(1), 6, milliseconds(50),
                                                       AttemptSchedule::kIncompletePatience};
constexpr AttemptSchedule::Ladder kQuietLadder = {
    AttemptSchedule::kQuietTime, 0, AttemptSchedule::kQuietTime, AttemptSchedule::kBusyPatience};

}  // namespace

void AttemptSchedule::Note(Time now) {
  due_ = now + quiet_;
  ladder_ = nullptr;
}

bool AttemptSchedule::RetryBusy(Time now) { return Retry(now, kBusyLadder); }

bool AttemptSchedule::RetryIncomplete(Time now) { return Retry(now, kIncompleteLadder); }

bool AttemptSchedule::RetryQuiet(Time now) { return Retry(now, kQuietLadder); }

bool AttemptSchedule::Retry(Time now, const Ladder& ladder) {
  if (ladder_ == nullptr) first_look_ = now;
  if (ladder_ != &ladder) {
    ladder_ = &ladder;
    ladder_since_ = now;
    looks_ = 0;
  }
  const Time end = std::min(first_look_ + kBusyPatience, ladder_since_ + ladder.patience);
  if (now >= end) {
    due_.reset();
    return false;
  }
  const Clock::duration step =
      looks_ < ladder.doublings ? ladder.first_step * (1 << looks_) : ladder.last_step;
  due_ = std::min(now + step, end);
  ++looks_;
  return true;
}

}  // namespace dynamic_reload
