// Decides when a changed file is worth the next look.

#ifndef DYNAMIC_RELOAD_BASE_ATTEMPT_SCHEDULE_H_
#define DYNAMIC_RELOAD_BASE_ATTEMPT_SCHEDULE_H_

#include <chrono>
#include <optional>

namespace dynamic_reload {

// One file's debounce and retries. Owns no clock and no thread, so a test decides what time it is.
//
// A look at a file that turns out unfinished is repeated by itself for three reasons:
//   - a writer still has it open. The end of the write is announced (IN_CLOSE_WRITE), but a little
//     before the kernel lets go of the writer: first looks are 50 us apart, later ones 20 ms.
//   - nobody has it open and it is damaged. The writer may open it again in a moment (installers
//     do): looks are 1 ms apart at first, 50 ms later.
//   - the system does not tell whether somebody has it open: looks are kQuietTime apart until two
//     of them in a row see the same.
// Each has an end, so that a file which never becomes whole is reported; the longest one is the end
// of all looks since the change.
class AttemptSchedule {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  static constexpr std::chrono::milliseconds kIncompletePatience{300};
  static constexpr std::chrono::seconds kBusyPatience{10};
  static constexpr std::chrono::milliseconds kQuietTime{20};
  static constexpr std::chrono::milliseconds kUnattendedInterval{500};

  // `quiet` is how long a file must have been left alone before the first look.
  explicit AttemptSchedule(Clock::duration quiet) : quiet_(quiet) {}

  Clock::duration quiet() const { return quiet_; }

  // The file changed: looks start anew once it has been quiet.
  void Note(Time now);

  // When to look next; empty when nothing is waiting.
  std::optional<Time> due() const { return due_; }

  // The look found a writer. False when patience is over; then nothing is due any more.
  bool RetryBusy(Time now);

  // The look found a damaged file. False when patience is over; then nothing is due any more.
  bool RetryIncomplete(Time now);

  // The look could not tell whether there is a writer. False when patience is over; then nothing is
  // due any more.
  bool RetryQuiet(Time now);

  // Patience is over, and nobody will report the end of the writing: goes on, slowly.
  void RetryUnattended(Time now) { due_ = now + kUnattendedInterval; }

  // The look gave an answer, or the file is gone.
  void Clear() { due_.reset(); }

  struct Ladder;

 private:
  bool Retry(Time now, const Ladder& ladder);

  const Clock::duration quiet_;
  std::optional<Time> due_;
  const Ladder* ladder_ = nullptr;  // Of the last look since Note(); null before the first.
  Time first_look_{};               // Since Note().
  Time ladder_since_{};             // First look of those that found the same.
  int looks_ = 0;                   // Of those.
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_BASE_ATTEMPT_SCHEDULE_H_
