#include "base/attempt_schedule.h"

#include <algorithm>

namespace dynamic_reload {

using std::chrono::microseconds;
using std::chrono::milliseconds;

const AttemptSchedule::Ladder AttemptSchedule::kBusyLadder = {microseconds(50), 8, milliseconds(20),
                                                              kBusyPatience};
const AttemptSchedule::Ladder AttemptSchedule::kIncompleteLadder = {
    milliseconds(1), 6, milliseconds(50), kIncompletePatience};

void AttemptSchedule::Note(Time now) {
  due_ = now + quiet_;
  looks_ = 0;
}

bool AttemptSchedule::RetryBusy(Time now) { return Retry(now, kBusyLadder); }

bool AttemptSchedule::RetryIncomplete(Time now) { return Retry(now, kIncompleteLadder); }

bool AttemptSchedule::Retry(Time now, const Ladder& ladder) {
  if (looks_ == 0) first_look_ = now;
  const Time end = first_look_ + ladder.patience;
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
