// How the monitor looks at a file, and what it concludes.

#include <optional>
#include <utility>

#include "os/library_monitor.h"

namespace dynamic_reload {

using Outcome = Preparation::Outcome;

namespace {

// What a trace says of an error.
std::string WordsOf(const Error& error) {
  return error.message.empty() ? error.path + " is missing" : error.message;
}

}  // namespace

// What the file is compared with. Nothing while an error was pushed after the newest copy: who
// takes the error gives that copy up.
std::string LibraryMonitor::BaselineOf(const Library& library) {
  if (library.newest_copy.empty()) return library.running_copy;
  return library.failed ? "" : library.newest_copy;
}

void LibraryMonitor::Look(LibraryId id, Library& library) {
  const auto looked = Watcher::Clock::now();
  Preparation preparation =
      library.watches_dependencies ? LookAtSet(id, library) : LookAtFile(id, library);
  if (WillLookAgain(id, library, preparation)) {
    const auto pause = [&] { return *library.schedule.due() - Watcher::Clock::now(); };
    const auto words = [&] { return WordsOf(*preparation.error); };
    return trace().Of(id).Decision("retry", words, "; next look in ", pause);
  }
  library.schedule.Clear();
  const ChangeTimes times{library.noticed.value_or(looked), looked, Watcher::Clock::now(),
                          preparation.cost};
  // The end of the writing belongs to the same change.
  if (preparation.outcome != Outcome::kBusy) library.noticed.reset();
  Conclude(id, library, std::move(preparation), times);
}

Preparation LibraryMonitor::LookAtFile(LibraryId id, Library& library) {
  PreparationOptions options;
  options.baseline = BaselineOf(library);
  options.settled = library.settled;
  options.patch = library.patch;
  options.extent = library.extent;
  options.trace = trace().Of(id);
  Preparation preparation = Prepare(library.path, *library.subscription.directory, options);
  library.settled = preparation.identity;
  return preparation;
}

Preparation LibraryMonitor::LookAtSet(LibraryId id, Library& library) {
  const DependencyGraph graph = WatchDependencies(id, library);
  SetPreparation look =
      PrepareSet(graph, *library.subscription.directory,
                 {dependencies_.SetOf(BaselineOf(library)), std::move(library.settled_set),
                  library.patch, library.extent, trace().Of(id)});
  library.settled_set = std::move(look.settled);
  if (look.preparation.outcome == Outcome::kCopied) dependencies_.AddSet(std::move(look.set));
  return std::move(look.preparation);
}

DependencyGraph LibraryMonitor::WatchDependencies(LibraryId id, const Library& library) {
  for (;;) {
    DependencyGraph graph = FindDependencies(library.path);
    const bool is_any_new = dependencies_.Update(
        id, graph.places, [this] { return next_id_++; },
        [&](WatchId watch, const std::string& path) {
          return watcher_->Watch(watch, path, library.subscription.mode);
        },
        [this](WatchId watch) { watcher_->Unwatch(watch); },
        [&](const Error& error) { library.subscription.queue->PushError(error); });
    // First the watch, then the look.
    if (!is_any_new) return graph;
  }
}

bool LibraryMonitor::WillLookAgain(LibraryId id, Library& library,
                                   const Preparation& preparation) const {
  const auto now = Watcher::Clock::now();
  AttemptSchedule& schedule = library.schedule;
  switch (preparation.outcome) {
    case Outcome::kBusy:
      if (library.may_be_busy && schedule.RetryBusy(now)) return true;
      // Nobody tells when the writer is done, so a slow one is waited for to its end.
      if (!library.may_be_silent() || !watcher_->IsPolled(id)) return false;
      schedule.RetryUnattended(now);
      return true;
    case Outcome::kChanged:
      return schedule.RetryBusy(now);
    case Outcome::kUnsettled:
      return schedule.RetryQuiet(now);
    case Outcome::kIncomplete:
      return schedule.RetryIncomplete(now);
    case Outcome::kCopied:
    case Outcome::kUnchanged:
    case Outcome::kGone:
    case Outcome::kFailed:
      return false;
  }
  return false;
}

void LibraryMonitor::Conclude(LibraryId id, Library& library, Preparation preparation,
                              const ChangeTimes& times) {
  const TraceSubject says = trace().Of(id);
  const auto words = [&] { return WordsOf(*preparation.error); };
  switch (preparation.outcome) {
    case Outcome::kCopied:
      says.Decision("reload", "whole, and not what runs");
      library.newest_copy = preparation.copy;
      return Push(id, library, std::move(preparation.copy), times);
    case Outcome::kUnchanged:
      says.Decision("skip", "same image as ", [&] { return BaselineOf(library); });
      if (library.failed || library.rejected) Push(id, library, std::string());
      return;
    case Outcome::kGone:
      // A deleted library keeps running. Only who asks for the first version is told.
      if (library.may_be_silent()) return says.Decision("wait", words);
      return Push(id, library, *preparation.error);
    case Outcome::kBusy:
      if (!library.may_be_busy) return says.Decision("wait", words, "; its end will be reported");
      [[fallthrough]];
    case Outcome::kChanged:
    case Outcome::kUnsettled:
    case Outcome::kIncomplete:
      if (library.waits_for_file && !library.answered) return says.Decision("wait", words);
      [[fallthrough]];
    case Outcome::kFailed:
      if (!library.is_news) return says.Decision("skip", "no better than before: ", words);
      return Push(id, library, *preparation.error);
  }
}

void LibraryMonitor::Push(LibraryId id, Library& library, Result<std::string> copy,
                          const ChangeTimes& times) {
  if (!copy.ok()) trace().Of(id).Decision("fail", [&] { return WordsOf(copy.error()); });
  library.answered = true;
  library.is_news = false;
  library.failed = !copy.ok();
  library.rejected = false;
  const auto replaced = library.subscription.queue->Push({id, std::move(copy), times});
  if (!replaced || !replaced->copy.ok() || replaced->copy.value().empty()) return;
  // Replaced by an error, it was still the newest. Nobody will load it now.
  if (library.newest_copy == replaced->copy.value()) library.newest_copy.clear();
  LookAfter(library, replaced->copy.value());
  dependencies_.DeleteSet(replaced->copy.value());
}

}  // namespace dynamic_reload
