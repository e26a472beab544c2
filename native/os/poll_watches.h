// Paths whose changes are found by looking.

#ifndef DYNAMIC_RELOAD_OS_POLL_WATCHES_H_
#define DYNAMIC_RELOAD_OS_POLL_WATCHES_H_

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "os/file.h"
#include "os/watcher.h"

namespace dynamic_reload {

// Asks stat(2) of each path, which follows every link, so that whatever is swapped on the way shows
// as another file. One call costs about a microsecond on a local disk and a round trip on a network
// file system. Rounds are kShortest apart after a change, and up to kLongest when nothing happens.
// They take one part in kShare of the time at most, unless that would leave more than kSlowest
// between them.
//
// A change is reported once the file has been the same for a tick of the clock that its times are
// from. This is no debounce: two writes within one tick leave the same times behind, so a file that
// is looked at too early could change once more without a trace. Not thread-safe.
class PollWatches {
 public:
  using Time = Watcher::Clock::time_point;
  using Duration = Watcher::Clock::duration;
  using OnEvent = std::function<void(WatchId, FileEvent)>;
  using ClockNow = std::function<Time()>;

  static constexpr std::chrono::milliseconds kShortest{50};
  static constexpr std::chrono::milliseconds kLongest{500};
  static constexpr std::chrono::seconds kSlowest{10};
  static constexpr int kShare = 100;
  static constexpr std::chrono::milliseconds kTick{20};
  static constexpr std::chrono::seconds kCoarseTick{2};  // Of FAT, and others that count seconds.
  // A file that never stays the same is reported that often.
  static constexpr std::chrono::seconds kPatience{1};

  // `clock_now` says how long a round took; the times given to the others are of the same clock.
  explicit PollWatches(ClockNow clock_now = Watcher::Clock::now)
      : clock_now_(std::move(clock_now)) {}

  // Whatever happens after this call is reported. REQUIRES: `watch` is not in use
  void Add(WatchId watch, const std::string& path, Time now);
  void Remove(WatchId watch) { paths_.erase(watch); }
  bool Has(WatchId watch) const { return paths_.count(watch) > 0; }

  // When to call Poll() next; empty while there is no path.
  std::optional<Time> due() const;

  // Looks at every path that is due. `on_event` may add and remove paths.
  void Poll(Time now, const OnEvent& on_event);

  // The time from one round to the next, when a round takes `cost`.
  static Duration Interval(Duration wanted, Duration cost);

  using Snapshot = std::optional<FileIdentity>;  // Empty while there is nothing.

  // How far apart two writes are that cannot leave the same times behind.
  static Duration TickOf(const Snapshot& snapshot);

 private:
  struct PolledPath {
    std::string path;
    Snapshot reported;               // What it was at the last event.
    Snapshot seen;                   // What it was at the last look.
    std::optional<Time> settles_at;  // When it will have been the same for a tick; then empty.
    Time unsettled_since{};          // While it keeps changing: since the last event.
  };

  static void Look(PolledPath& polled, Time now);
  static std::optional<FileEvent> TakeEvent(PolledPath& polled, Time now);

  const ClockNow clock_now_;
  std::map<WatchId, PolledPath> paths_;
  Time next_round_{};
  Duration interval_ = kShortest;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_POLL_WATCHES_H_
