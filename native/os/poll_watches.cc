#include "os/poll_watches.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace dynamic_reload {

namespace {

FileEvent EventBetween(const PollWatches::Snapshot& before, const PollWatches::Snapshot& now) {
  if (!before || !now) return FileEvent::kReplaced;
  if (before->device != now->device || before->inode != now->inode) return FileEvent::kReplaced;
  if (before->size != now->size || before->modified_ns != now->modified_ns) {
    return FileEvent::kWritten;
  }
  // What unpacks an archive sets the time of writing back, so it alone says nothing.
  return FileEvent::kMaybeWritten;
}

}  // namespace

void PollWatches::Add(WatchId watch, const std::string& path, Time now) {
  if (paths_.empty()) next_round_ = now + kShortest;
  PolledPath& polled = paths_[watch];
  polled.path = path;
  polled.reported = polled.seen = File::IdentityAt(path);
  // It may have been written just before, and may be once more within the same tick.
  polled.settles_at = now + TickOf(polled.seen);
  polled.unsettled_since = now;
}

std::optional<PollWatches::Time> PollWatches::due() const {
  if (paths_.empty()) return std::nullopt;
  Time next = next_round_;
  for (const auto& [watch, polled] : paths_) {
    if (polled.settles_at) next = std::min(next, *polled.settles_at);
  }
  return next;
}

void PollWatches::Poll(Time now, const OnEvent& on_event) {
  const bool is_round = now >= next_round_;
  const Time start = clock_now_();
  std::vector<std::pair<WatchId, FileEvent>> events;
  for (auto& [watch, polled] : paths_) {
    if (!is_round && !(polled.settles_at && *polled.settles_at <= now)) continue;
    Look(polled, now);
    if (const auto event = TakeEvent(polled, now)) events.emplace_back(watch, *event);
  }
  if (is_round) {
    interval_ = std::min<Duration>(interval_ * 5 / 4, kLongest);
    next_round_ = now + Interval(interval_, clock_now_() - start);
  }
  if (!events.empty()) interval_ = kShortest;
  for (const auto& [watch, event] : events) {
    if (Has(watch)) on_event(watch, event);  // Or the handler of the one before removed it.
  }
}

PollWatches::Duration PollWatches::Interval(Duration wanted, Duration cost) {
  return std::max(wanted, std::min<Duration>(cost * kShare, kSlowest));
}

// File systems that count seconds have no fractions in any time.
PollWatches::Duration PollWatches::TickOf(const Snapshot& snapshot) {
  constexpr int64_t kSecond = 1'000'000'000;
  const bool is_coarse =
      snapshot && snapshot->modified_ns % kSecond == 0 && snapshot->changed_ns % kSecond == 0;
  return is_coarse ? Duration(kCoarseTick) : Duration(kTick);
}

void PollWatches::Look(PolledPath& polled, Time now) {
  const Snapshot seen = File::IdentityAt(polled.path);
  if (seen == polled.seen) return;
  if (!polled.settles_at) polled.unsettled_since = now;
  polled.settles_at = now + TickOf(seen);
  polled.seen = seen;
}

std::optional<FileEvent> PollWatches::TakeEvent(PolledPath& polled, Time now) {
  if (!polled.settles_at) return std::nullopt;
  const bool is_settled = *polled.settles_at <= now;
  if (!is_settled && now - polled.unsettled_since < kPatience) return std::nullopt;
  if (is_settled) polled.settles_at.reset();
  polled.unsettled_since = now;
  return EventBetween(std::exchange(polled.reported, polled.seen), polled.seen);
}

}  // namespace dynamic_reload
