// What another environment loaded: LibraryMonitor::Offer(). The file itself may be news that was
// passed over for it, so it must be looked at sooner or later.

#include <memory>
#include <string>

#include "os/shared_version.h"
#include "test/native/os/monitor_fixture.h"

namespace dynamic_reload::test {
namespace {

// A monitor whose library has changed, and whose JavaScript side waits to be told of something
// else.
class OfferFixture : public MonitorFixture {
 public:
  OfferFixture() {
    AddRunning(Version(1));
    WriteFile(path, Version(2));
    monitor->Reject(id, listener.NextCopy());
    monitor->Flush();
  }

  // Returns where the copy is to be.
  std::string Offer(int number, bool look_afterwards) {
    const std::string name = "offer" + std::to_string(number) + ".so";
    const std::string destination = listener.directory() + "/to-" + name;
    Offer(number, look_afterwards, destination);
    return destination;
  }
  void Offer(int number, bool look_afterwards, const std::string& destination) {
    const std::string source = offers_ / ("offer" + std::to_string(number) + ".so");
    WriteFile(source, Version(number));
    auto version = std::make_shared<SharedVersion>(static_cast<uint32_t>(number), source, nullptr);
    monitor->Offer(id, {std::move(version), destination, look_afterwards});
  }

  // Waits until the file itself was looked at. An error may come before, or be replaced by it.
  void CheckFileComes() {
    for (;;) {
      const Change change = listener.NextChange();
      if (change.copy.ok() && ReadFile(change.copy.value()) == Version(2)) return;
    }
  }

 private:
  TemporaryDirectory offers_;
};

TEST(AnOfferIsWhatIsLoadedNext) {
  OfferFixture test;
  const std::string copy = test.Offer(3, false);
  CHECK_EQ(test.listener.NextCopy(), copy);
  CHECK(ReadFile(copy) == Version(3));
}

TEST(TheFileIsLookedAtAfterAnOfferWasAccepted) {
  OfferFixture test;
  test.Offer(3, true);
  test.monitor->Accept(test.id, test.listener.NextCopy());
  test.CheckFileComes();
}

TEST(TheFileIsLookedAtAfterAnOfferWasDiscarded) {
  OfferFixture test;
  test.Offer(3, true);
  test.monitor->Discard(test.listener.NextCopy());
  test.CheckFileComes();
}

TEST(TheFileIsLookedAtAfterAnOfferWasReplacedByAnother) {
  OfferFixture test;
  test.Offer(3, true);
  test.Offer(4, false);
  test.monitor->Flush();  // Nobody takes the first one before.
  test.CheckFileComes();
}

TEST(TheFileIsLookedAtAfterAnOfferThatCouldNotBeTaken) {
  OfferFixture test;
  test.Offer(3, true, test.directory / "missing/offer.so");
  test.CheckFileComes();
}

}  // namespace
}  // namespace dynamic_reload::test
