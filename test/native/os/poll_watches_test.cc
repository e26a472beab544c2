// What polling reports, and when it looks. The time is the test's; the files are real.

#include "os/poll_watches.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using Events = std::vector<FileEvent>;
using Time = PollWatches::Time;

class PolledFile {
 public:
  static constexpr WatchId kWatch = 1;

  PolledFile() {
    WriteFile(path, "first");
    watches.Add(kWatch, path, now);
    Pass(PollWatches::kLongest);
  }

  // Lets so much time pass, with every look at its time. Returns the events.
  Events Pass(PollWatches::Duration duration) {
    Events events;
    const Time end = now + duration;
    while (watches.due() && *watches.due() <= end) {
      now = std::max(now, *watches.due());
      looks.push_back(now);
      watches.Poll(now, [&](WatchId, FileEvent event) { events.push_back(event); });
    }
    now = end;
    return events;
  }

  Events EventsAfter(PollWatches::Duration duration = PollWatches::kLongest * 2) {
    return Pass(duration);
  }

  TemporaryDirectory directory;
  std::string path = directory / "lib.so";
  Time now = Time(std::chrono::hours(1));
  PollWatches watches{[this] { return now; }};
  std::vector<Time> looks;
};

TEST(AFileThatStaysTheSameIsNoEvent) {
  PolledFile file;
  CHECK_EQ(file.EventsAfter(std::chrono::minutes(1)), Events{});
}

// What is written within the same tick of the clock as the first look would go unseen.
TEST(AFileIsLookedAtOnceMoreAfterItWasAdded) {
  PolledFile file;
  WriteFile(file.directory / "other.so", "text");
  file.watches.Add(2, file.directory / "other.so", file.now);
  CHECK_EQ(file.EventsAfter(), Events{FileEvent::kMaybeWritten});
}

TEST(WritingIsWritten) {
  PolledFile file;
  WriteFile(file.path, "second, which is longer");
  CHECK_EQ(file.EventsAfter(), Events{FileEvent::kWritten});
}

TEST(ReplacingOrDeletingOrMakingItIsReplaced) {
  PolledFile file;
  ReplaceFile(file.path, "first");
  CHECK_EQ(file.EventsAfter(), Events{FileEvent::kReplaced});
  fs::remove(file.path);
  CHECK_EQ(file.EventsAfter(), Events{FileEvent::kReplaced});
  WriteFile(file.path, "first");
  CHECK_EQ(file.EventsAfter(), Events{FileEvent::kReplaced});
}

TEST(ADirectoryThatIsSwappedIsReplaced) {
  PolledFile file;
  const std::string path = file.directory / "out/lib.so";
  fs::create_directory(file.directory / "out");
  fs::create_directory(file.directory / "next");
  WriteFile(path, "first");
  WriteFile(file.directory / "next/lib.so", "second");
  file.watches.Add(2, path, file.now);
  file.Pass(PollWatches::kLongest);
  fs::rename(file.directory / "out", file.directory / "old");
  fs::rename(file.directory / "next", file.directory / "out");
  CHECK_EQ(file.EventsAfter(), Events{FileEvent::kReplaced});
}

// tar and unzip set the time of writing to that of the archive, which reproducible builds make one
// and the same.
TEST(AChangeOfNothingButAttributesMayHideAWrite) {
  PolledFile file;
  CHECK_EQ(chmod(file.path.c_str(), 0700), 0);
  CHECK_EQ(file.EventsAfter(), Events{FileEvent::kMaybeWritten});
}

TEST(AFileIsReportedOnceItHasBeenTheSameForATick) {
  PolledFile file;
  file.Pass(std::chrono::minutes(1));
  WriteFile(file.path, "second, which is longer");
  const size_t before = file.looks.size();
  CHECK_EQ(file.EventsAfter(), Events{FileEvent::kWritten});
  const auto pause = file.looks[before + 1] - file.looks[before];
  CHECK(pause == PollWatches::kTick);
}

TEST(AFileSystemThatCountsSecondsHasALongerTick) {
  constexpr int64_t kSecond = 1'000'000'000;
  const FileIdentity coarse{1, 2, 3, 5 * kSecond, 6 * kSecond};
  const FileIdentity archived{1, 2, 3, 5 * kSecond, 6 * kSecond + 1};
  CHECK(PollWatches::TickOf(coarse) == PollWatches::kCoarseTick);
  CHECK(PollWatches::TickOf(archived) == PollWatches::kTick);
  CHECK(PollWatches::TickOf(std::nullopt) == PollWatches::kTick);
}

TEST(AFileThatKeepsChangingIsReportedAllTheSame) {
  PolledFile file;
  Events events;
  for (int write = 0; write < 300; ++write) {
    ReplaceFile(file.path, std::to_string(write));
    const Events more = file.Pass(PollWatches::kTick / 2);
    events.insert(events.end(), more.begin(), more.end());
  }
  CHECK(events.size() >= 2);  // In three seconds.
  CHECK(events.size() <= 4);
}

TEST(LooksOftenAfterAChangeAndSeldomWhenNothingHappens) {
  PolledFile file;
  file.Pass(std::chrono::minutes(1));
  file.looks.clear();
  file.Pass(std::chrono::seconds(10));
  CHECK_EQ(file.looks.size(), 20);
  ReplaceFile(file.path, "second");
  file.looks.clear();
  file.Pass(std::chrono::seconds(2));
  CHECK(file.looks.size() > 8);
}

TEST(TakesOnePartInAHundredOfTheTimeAtMost) {
  using PW = PollWatches;
  CHECK(PW::Interval(PW::kShortest, milliseconds(1)) == milliseconds(100));
  CHECK(PW::Interval(PW::kLongest, milliseconds(1)) == PW::kLongest);
  CHECK(PW::Interval(PW::kShortest, std::chrono::seconds(1)) == PW::kSlowest);
}

TEST(NothingIsDueWithoutAPath) {
  PolledFile file;
  CHECK(file.watches.due().has_value());
  file.watches.Remove(PolledFile::kWatch);
  CHECK(!file.watches.due().has_value());
  CHECK(!file.watches.Has(PolledFile::kWatch));
}

TEST(AHandlerMayEndTheWatchThatIsReportedNext) {
  PolledFile file;
  const std::string other = file.directory / "other.so";
  WriteFile(other, "first");
  file.watches.Add(2, other, file.now);
  file.Pass(PollWatches::kLongest);
  ReplaceFile(file.path, "second");
  ReplaceFile(other, "second");
  int events = 0;
  const auto on_event = [&](WatchId watch, FileEvent) {
    ++events;
    file.watches.Remove(watch == 1 ? 2 : 1);
  };
  for (int round = 0; round < 2; ++round) {
    file.now += PollWatches::kLongest;
    file.watches.Poll(file.now, on_event);
  }
  CHECK_EQ(events, 1);
}

}  // namespace
}  // namespace dynamic_reload::test
