#include "os/shared_versions.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "os/loaded_objects.h"
#include "os/shadow_copy.h"
#include "os/unloading.h"
#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"
#include "test/native/wait.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;

constexpr char kPath[] = "/somewhere/libshared.so";

// What an environment has: copies, a seat, and what it was told.
class Environment {
 public:
  Environment(const std::string& parent, const std::shared_ptr<SharedVersions>& versions)
      : directory_(ShadowDirectory::Create(parent).value()) {
    const auto on_offer = [this](OfferedCopy offer) {
      CHECK_OK(LinkCopy(offer.version->path(), offer.destination));
      offers.push_back(std::move(offer));
    };
    seat = versions->TakeSeat({directory_, on_offer, [this] { ++gone; }});
  }

  std::string Copy(const std::string& content) {
    const std::string path = directory_->NextPath(kPath);
    WriteFile(path, content);
    return path;
  }

  std::unique_ptr<VersionHold> Join(const std::string& copy) {
    auto joined = seat->Join(copy);
    CHECK_OK(joined);
    return std::move(joined).value();
  }

  // Null hold when it was not given one.
  std::unique_ptr<VersionHold> Take(const std::string& content) {
    auto hold = Join(Copy(content));
    if (hold != nullptr) seat->Accept();
    return hold;
  }

  std::unique_ptr<SharedVersions::Seat> seat;
  std::vector<OfferedCopy> offers;
  std::atomic<int> gone{0};

 private:
  const std::shared_ptr<ShadowDirectory> directory_;
};

struct World {
  TemporaryDirectory parent;
  std::shared_ptr<SharedVersions> versions = SharedVersions::Of(kPath, "");
  Environment one{parent.path(), versions};
  Environment other{parent.path(), versions};
};

DynamicLibrary Open(const VersionHold& hold) {
  auto library = DynamicLibrary::Open(hold.path(), std::nullopt);
  CHECK_OK(library);
  return std::move(library).value();
}

TEST(WhoLoadsTheSameImageGetsTheSameVersion) {
  World world;
  const auto one = world.one.Take(FirstLibrary());
  const auto other = world.other.Take(FirstLibrary());
  CHECK_EQ(one->number(), 1);
  CHECK_EQ(other->number(), 1);
  CHECK_EQ(one->path(), other->path());
}

TEST(AnotherImageIsTheNextVersionAndIsOfferedOnce) {
  World world;
  const auto old = world.other.Take(FirstLibrary());
  const auto first = world.one.Take(FirstLibrary());
  const auto next = world.one.Take(SecondLibrary());
  CHECK_EQ(next->number(), 2);
  CHECK_EQ(world.other.offers.size(), 1);
  CHECK(world.other.seat->IsNews(world.other.offers[0].destination));
  CHECK_EQ(world.other.Join(world.other.offers[0].destination)->number(), 2);
  world.other.seat->Accept();
  CHECK_EQ(world.other.offers.size(), 1);
  CHECK_EQ(world.one.offers.size(), 0);
}

TEST(WhatIsCurrentIsNoNews) {
  World world;
  const auto hold = world.one.Take(FirstLibrary());
  CHECK(!world.one.seat->IsNews(world.one.Copy(FirstLibrary())));
  CHECK(world.one.seat->IsNews(world.one.Copy(SecondLibrary())));
}

TEST(AnOfferThatWasTriedIsNoNews) {
  World world;
  const auto old = world.other.Take(FirstLibrary());
  const auto first = world.one.Take(FirstLibrary());
  const auto next = world.one.Take(SecondLibrary());
  const std::string offered = world.other.offers[0].destination;
  world.other.Join(offered);  // And refused.
  CHECK(!world.other.seat->IsNews(offered));
  CHECK_EQ(world.one.Take(FirstLibrary())->number(), 3);
}

// Its copy may be older than what the others have.
TEST(WhoMissedAVersionIsOfferedThatInTheFirstPlace) {
  World world;
  const auto old = world.other.Take(FirstLibrary());
  const auto first = world.one.Take(FirstLibrary());
  const auto next = world.one.Take(SecondLibrary());
  const std::string third = world.other.Copy(ReadFile(FixturePath("libcalls")));
  CHECK(!world.other.seat->IsNews(third));
  CHECK_EQ(world.other.offers.size(), 2);
  CHECK(world.other.offers[1].look_afterwards);
  CHECK_EQ(world.other.Join(third), nullptr);
  const auto taken = world.other.Join(world.other.offers[1].destination);
  world.other.seat->Accept();
  CHECK_EQ(world.other.Join(third)->number(), 3);
}

// Nobody is left who has it.
TEST(AVersionThatIsGoneIsNotMissed) {
  World world;
  const auto old = world.other.Take(FirstLibrary());
  auto first = world.one.Take(FirstLibrary());
  auto next = world.one.Take(SecondLibrary());
  next.reset();
  CHECK_EQ(world.other.Take(SecondLibrary())->number(), 3);
}

TEST(OtherTermsAreRefusedAsLongAsSomebodyShares) {
  {
    const World world;
    CHECK_EQ(SharedVersions::Of(kPath, "other"), nullptr);
  }
  CHECK_NE(SharedVersions::Of(kPath, "other"), nullptr);
}

TEST(TheLastOneUnloadsAndTellsTheOthers) {
  World world;
  auto one = world.one.Take(FirstLibrary());
  auto other = world.other.Take(FirstLibrary());
  const std::string path = one->path();
  DynamicLibrary of_one = Open(*one);
  DynamicLibrary of_other = Open(*other);
  CHECK(one->Close(of_one) == ResidentReasons{ResidentReason::kShared});
  CHECK(one->Close(of_one) == ResidentReasons{ResidentReason::kShared});
  CHECK(IsLoaded(path));
  CHECK_EQ(world.one.gone, 0);
  CHECK(other->Close(of_other).empty());
  CHECK(!IsLoaded(path));
  CHECK(!fs::exists(path));
  CHECK_EQ(world.one.gone, 1);
  CHECK(one->Close(of_one).empty());
}

TEST(WhatIsBeingUnloadedIsNotJoined) {
  World world;
  auto hold = world.one.Take(FirstLibrary());
  DynamicLibrary library = Open(*hold);
  CHECK(hold->Close(library).empty());
  CHECK_EQ(world.other.Take(FirstLibrary())->number(), 2);
}

TEST(AFileOutlivesTheEnvironmentThatMadeIt) {
  TemporaryDirectory parent;
  const auto versions = SharedVersions::Of(kPath, "");
  std::optional<Environment> first(std::in_place, parent.path(), versions);
  Environment second(parent.path(), versions);
  auto old = first->Take(FirstLibrary());
  auto hold = second.Take(FirstLibrary());
  old.reset();
  first.reset();
  CHECK(fs::exists(hold->path()));
  DynamicLibrary library = Open(*hold);
  CHECK(hold->Close(library).empty());
  CHECK_EQ(NamesIn(parent.path()).size(), 1);  // The directory of the second.
}

// An environment that takes turns with others: the image is used as long as it is held.
void TakeTurns(const std::string& parent, std::atomic<int>& calls) {
  const auto versions = SharedVersions::Of(kPath, "");
  const auto directory = ShadowDirectory::Create(parent).value();
  const auto seat = versions->TakeSeat({directory, [](const OfferedCopy&) {}, [] {}});
  for (int turn = 0; turn < 50; ++turn) {
    const bool is_first = turn % 2 == 0;
    const std::string copy = directory->NextPath(kPath);
    WriteFile(copy, is_first ? FirstLibrary() : SecondLibrary());
    auto joined = seat->Join(copy);
    CHECK_OK(joined);
    DeleteCopy(copy);
    if (joined.value() == nullptr) continue;  // The others have gone on.
    DynamicLibrary library = Open(*joined.value());
    const auto answer = reinterpret_cast<int (*)()>(library.Find("shared_fun"));
    CHECK_EQ(answer(), is_first ? 42 : 43);
    seat->Accept();
    // A thread that was inside a moment ago may still look so.
    CHECK(Eventually([&] {
      const ResidentReasons reasons = joined.value()->Close(library);
      return std::count(reasons.begin(), reasons.end(), ResidentReason::kThread) == 0;
    }));
    ++calls;
  }
}

TEST(ManyThreadsAgree) {
  TemporaryDirectory parent;
  std::atomic<int> calls{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { TakeTurns(parent.path(), calls); });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(calls > 0);
  CHECK_EQ(NamesIn(parent.path()).size(), 0);
  for (const LoadedObject& object : ListLoadedObjects()) {
    CHECK_EQ(object.path.find(parent.path()), std::string::npos);
  }
}

}  // namespace
}  // namespace dynamic_reload::test
