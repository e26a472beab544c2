// How the environments of one process come to use the same versions of a library.

#ifndef DYNAMIC_RELOAD_OS_SHARED_VERSIONS_H_
#define DYNAMIC_RELOAD_OS_SHARED_VERSIONS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "os/shared_version.h"

namespace dynamic_reload {

// The versions of one library. Each environment has a seat; any thread, but one for each seat.
//
// An environment finds a change by itself, and has a copy of its own. Before it loads that it
// joins: it gets the version that others made of the same image, or makes its copy the next
// version. Once it has accepted a version, those that have not come across it are offered it. Who
// has missed a version that was accepted makes no new one before it has tried that, or an older
// build that it had copied before could follow the newer one.
class SharedVersions : public std::enable_shared_from_this<SharedVersions> {
 public:
  class Seat;

  struct SeatOptions {
    std::shared_ptr<ShadowDirectory> directory;  // For the files of new versions, and of offers.
    std::function<void(OfferedCopy)> on_offer;   // Any thread. The seat may be gone by then.
    std::function<void()> on_gone;               // Any thread: what was left to others is gone.
  };

  // The ones of the library at `path`, for all environments. `terms` says how it is loaded; null
  // when somebody shares it on other terms.
  //
  // This is what the process has one of: a table that has a row only for what is shared now.
  static std::shared_ptr<SharedVersions> Of(const std::string& path, const std::string& terms);

  // One that nobody finds, for tests and for Of().
  SharedVersions(std::string path, std::string terms);
  ~SharedVersions();

  SharedVersions(const SharedVersions&) = delete;
  SharedVersions& operator=(const SharedVersions&) = delete;

  std::unique_ptr<Seat> TakeSeat(SeatOptions options);

 private:
  using VersionPointer = std::shared_ptr<SharedVersion>;

  // What is known about an environment.
  struct Member {
    SeatOptions options;
    uint32_t current = 0;  // What it accepted; 0 before the first.
    uint32_t seen = 0;     // The greatest that it joined.
    uint32_t offered = 0;
    std::weak_ptr<SharedVersion> joined_version;  // What it may accept.
    std::weak_ptr<SharedVersion> current_version;
    std::deque<std::pair<std::string, uint32_t>> offers;  // Which number is behind which copy.
  };
  using MemberPosition = std::list<Member>::iterator;

  // What is to be told without the lock.
  struct Call {
    std::function<void(OfferedCopy)> on_offer;
    OfferedCopy offer;
  };

  // What a member has to choose from.
  struct Choice {
    // It has missed one that was accepted and is still there.
    bool has_missed() const { return missed != nullptr && missed->is_open(); }

    std::vector<VersionPointer> versions;  // The newest first.
    VersionPointer missed;                 // May be null.
    uint32_t last_number = 0;
  };

  Choice ChoiceOf(const Member& member) REQUIRES(mutex_);
  Call MakeOffer(Member& member, VersionPointer version, bool look_afterwards) REQUIRES(mutex_);
  std::vector<Call> OffersOf(const VersionPointer& accepted) REQUIRES(mutex_);
  // Null when somebody else made one meanwhile.
  VersionPointer Add(const std::shared_ptr<ShadowDirectory>& directory, const std::string& path,
                     uint32_t last_number);
  Result<VersionPointer> MakeNext(const std::shared_ptr<ShadowDirectory>& directory,
                                  const std::string& copy, uint32_t last_number);

  const std::string path_;
  const std::string terms_;

  Mutex mutex_;
  std::list<Member> members_ GUARDED_BY(mutex_);
  std::map<uint32_t, std::weak_ptr<SharedVersion>> versions_ GUARDED_BY(mutex_);  // By number.
  std::weak_ptr<SharedVersion> accepted_ GUARDED_BY(mutex_);  // The newest of those that were.
  uint32_t accepted_number_ GUARDED_BY(mutex_) = 0;
  uint32_t last_number_ GUARDED_BY(mutex_) = 0;
};

// One environment's view. Its destructor gives the seat up; holds go on.
class SharedVersions::Seat {
 public:
  Seat(std::shared_ptr<SharedVersions> versions, MemberPosition member)
      : versions_(std::move(versions)), member_(member) {}
  ~Seat();

  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  // Whether a copy is to be loaded: not what is current already, what was refused when it was
  // offered, or what others may have left behind. In that case what they have is offered again.
  bool IsNews(const std::string& copy);

  // A version that loads as the copy does. Null when others have gone on meanwhile: they will offer
  // what they have.
  Result<std::unique_ptr<VersionHold>> Join(const std::string& copy);

  // What was joined last is current here. Offers it to those who have not come across it.
  void Accept();

 private:
  std::unique_ptr<VersionHold> Hold(const VersionPointer& version);
  bool MayBeNews(const std::string& copy, VersionPointer* current, Choice* choice);

  const std::shared_ptr<SharedVersions> versions_;
  const MemberPosition member_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_SHARED_VERSIONS_H_
