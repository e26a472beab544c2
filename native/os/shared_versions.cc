#include "os/shared_versions.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "os/image.h"
#include "os/shadow_copy.h"

namespace dynamic_reload {

namespace {

// On the way to one environment at a time are two or three.
constexpr size_t kMostOffers = 16;

struct Table {
  Mutex mutex;
  std::map<std::string, std::weak_ptr<SharedVersions>> rows GUARDED_BY(mutex);
};

Table& TheTable() {
  static Table table;
  return table;
}

bool LoadsAs(const std::string& copy, const SharedVersion& version) {
  const auto one = File::Open(copy, ErrorCode::kShadowCopy);
  const auto other = File::Open(version.path(), ErrorCode::kShadowCopy);
  return one.ok() && other.ok() && SameImage(one.value(), other.value());
}

}  // namespace

std::shared_ptr<SharedVersions> SharedVersions::Of(const std::string& path,
                                                   const std::string& terms) {
  Table& table = TheTable();
  std::shared_ptr<SharedVersions> versions;  // Its end, which takes the lock, comes after that.
  const MutexLock lock(table.mutex);
  std::weak_ptr<SharedVersions>& row = table.rows[path];
  versions = row.lock();
  if (versions == nullptr) {
    versions = std::make_shared<SharedVersions>(path, terms);
    row = versions;
  }
  return versions->terms_ == terms ? versions : nullptr;
}

SharedVersions::SharedVersions(std::string path, std::string terms)
    : path_(std::move(path)), terms_(std::move(terms)) {}

// Somebody may have begun anew meanwhile.
SharedVersions::~SharedVersions() {
  Table& table = TheTable();
  const MutexLock lock(table.mutex);
  const auto row = table.rows.find(path_);
  if (row != table.rows.end() && row->second.expired()) table.rows.erase(row);
}

std::unique_ptr<SharedVersions::Seat> SharedVersions::TakeSeat(SeatOptions options) {
  const MutexLock lock(mutex_);
  members_.emplace_back().options = std::move(options);
  return std::make_unique<Seat>(shared_from_this(), std::prev(members_.end()));
}

SharedVersions::Choice SharedVersions::ChoiceOf(const Member& member) {
  // Whoever adds the library now begins with what the others have got to.
  const uint32_t first = member.current > 0 ? member.current + 1 : accepted_number_;
  Choice choice;
  choice.last_number = last_number_;
  for (auto it = versions_.lower_bound(first); it != versions_.end(); ++it) {
    if (VersionPointer version = it->second.lock()) choice.versions.push_back(std::move(version));
  }
  std::reverse(choice.versions.begin(), choice.versions.end());
  if (member.current > 0 && member.seen < accepted_number_) choice.missed = accepted_.lock();
  return choice;
}

SharedVersions::Call SharedVersions::MakeOffer(Member& member, VersionPointer version,
                                               bool look_afterwards) {
  const std::string copy = member.options.directory->NextPath(path_);
  member.offered = version->number();
  member.offers.emplace_back(copy, version->number());
  if (member.offers.size() > kMostOffers) member.offers.pop_front();
  return {member.options.on_offer, {std::move(version), copy, look_afterwards}};
}

std::vector<SharedVersions::Call> SharedVersions::OffersOf(const VersionPointer& accepted) {
  std::vector<Call> calls;
  if (accepted == nullptr || !accepted->is_open()) return calls;
  for (Member& member : members_) {
    const bool knows = std::max(member.seen, member.offered) >= accepted->number();
    if (member.current > 0 && !knows) calls.push_back(MakeOffer(member, accepted, false));
  }
  return calls;
}

SharedVersions::VersionPointer SharedVersions::Add(
    const std::shared_ptr<ShadowDirectory>& directory, const std::string& path,
    uint32_t last_number) {
  const MutexLock lock(mutex_);
  if (last_number_ != last_number) return nullptr;
  auto version = std::make_shared<SharedVersion>(++last_number_, path, directory);
  for (auto it = versions_.begin(); it != versions_.end();) {
    it = it->second.expired() ? versions_.erase(it) : std::next(it);
  }
  versions_.emplace(version->number(), version);
  return version;
}

Result<SharedVersions::VersionPointer> SharedVersions::MakeNext(
    const std::shared_ptr<ShadowDirectory>& directory, const std::string& copy,
    uint32_t last_number) {
  // A name of its own: the copy is deleted when this environment needs it no more.
  const std::string path = directory->NextPath(path_);
  const Status linked = LinkCopy(copy, path);
  if (!linked.ok()) return linked.error();
  VersionPointer version = Add(directory, path, last_number);
  if (version == nullptr) DeleteCopy(path);
  return version;
}

SharedVersions::Seat::~Seat() {
  std::list<Member> gone;  // Its end may be that of a shadow directory, which takes time.
  const MutexLock lock(versions_->mutex_);
  gone.splice(gone.begin(), versions_->members_, member_);
}

// False when no file has to be read to know that it is not.
bool SharedVersions::Seat::MayBeNews(const std::string& copy, VersionPointer* current,
                                     Choice* choice) {
  const MutexLock lock(versions_->mutex_);
  for (const auto& [offered, number] : member_->offers) {
    if (offered == copy && number <= member_->seen) return false;
  }
  *current = member_->current_version.lock();
  *choice = versions_->ChoiceOf(*member_);
  return true;
}

bool SharedVersions::Seat::IsNews(const std::string& copy) {
  VersionPointer current;
  Choice choice;
  if (!MayBeNews(copy, &current, &choice)) return false;
  if (current != nullptr && LoadsAs(copy, *current)) return false;
  if (!choice.has_missed()) return true;
  for (const VersionPointer& version : choice.versions) {
    if (LoadsAs(copy, *version)) return true;
  }
  Call call;
  {
    const MutexLock lock(versions_->mutex_);
    call = versions_->MakeOffer(*member_, choice.missed, true);
  }
  call.on_offer(std::move(call.offer));
  return false;
}

Result<std::unique_ptr<VersionHold>> SharedVersions::Seat::Join(const std::string& copy) {
  for (;;) {
    Choice choice;
    std::shared_ptr<ShadowDirectory> directory;
    {
      const MutexLock lock(versions_->mutex_);
      choice = versions_->ChoiceOf(*member_);
      directory = member_->options.directory;
    }
    for (const VersionPointer& version : choice.versions) {
      if (LoadsAs(copy, *version) && version->Enter()) return Hold(version);
    }
    if (choice.has_missed()) return std::unique_ptr<VersionHold>();
    auto made = versions_->MakeNext(directory, copy, choice.last_number);
    if (!made.ok()) return made.error();
    if (made.value() != nullptr) return Hold(made.value());
  }
}

std::unique_ptr<VersionHold> SharedVersions::Seat::Hold(const VersionPointer& version) {
  const MutexLock lock(versions_->mutex_);
  member_->joined_version = version;
  member_->seen = std::max(member_->seen, version->number());
  return std::make_unique<VersionHold>(version, member_->options.on_gone);
}

void SharedVersions::Seat::Accept() {
  const VersionPointer version = member_->joined_version.lock();
  if (version == nullptr) return;  // Closed meanwhile, and gone.
  VersionPointer accepted;
  std::vector<Call> calls;
  {
    const MutexLock lock(versions_->mutex_);
    member_->current = version->number();
    member_->current_version = version;
    if (version->number() > versions_->accepted_number_) {
      versions_->accepted_number_ = version->number();
      versions_->accepted_ = version;
    }
    accepted = versions_->accepted_.lock();
    calls = versions_->OffersOf(accepted);
  }
  for (Call& call : calls) call.on_offer(std::move(call.offer));
}

}  // namespace dynamic_reload
