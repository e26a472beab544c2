// Files that become other ones while they are copied.

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "os/preparation.h"
#include "os/shadow_copy.h"
#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;
using Outcome = Preparation::Outcome;

// So large that what the writer does takes far less time than a copy.
constexpr size_t kPadding = 8'000'000;
constexpr int kLooks = 30;

// A library, and somebody who does something to it as fast as it goes.
struct BusyLibrary {
  template <typename Body>
  void While(Body body, void (*check)(BusyLibrary& library)) {
    std::atomic<bool> stop{false};
    std::thread writer([&] {
      for (int round = 0; !stop; ++round) body(round);
    });
    check(*this);
    stop = true;
    writer.join();
  }

  TemporaryDirectory directory;
  std::string path = directory / "libfoo.so";
  std::string versions[2] = {FirstLibrary() + std::string(kPadding, 'a'),
                             SecondLibrary() + std::string(kPadding, 'b')};
  std::shared_ptr<ShadowDirectory> shadow = ShadowDirectory::Create(directory.path()).value();
};

int CountCopies(BusyLibrary& library) {
  int copies = 0;
  for (int look = 0; look < kLooks; ++look) {
    const Preparation preparation = Prepare(library.path, *library.shadow, {});
    if (preparation.outcome != Outcome::kCopied) continue;
    const std::string content = ReadFile(preparation.copy);
    CHECK(content == library.versions[0] || content == library.versions[1]);
    DeleteCopy(preparation.copy);
    ++copies;
  }
  return copies;
}

// Or else a file that is published all the time would never be loaded.
TEST(AFileThatIsReplacedWhileItIsCopiedIsWholeAllTheSame) {
  BusyLibrary library;
  const std::string finished[] = {library.directory / "1.so", library.directory / "2.so"};
  for (int i = 0; i < 2; ++i) WriteFile(finished[i], library.versions[i]);
  WriteFile(library.path, library.versions[0]);
  library.While(
      [&](int round) {
        fs::create_hard_link(finished[round % 2], library.path + ".new");
        fs::rename(library.path + ".new", library.path);
      },
      [](BusyLibrary& busy) { CHECK_EQ(CountCopies(busy), kLooks); });
}

// A writer that takes less time than the copy, and leaves size and time of writing as they were.
TEST(AFileThatIsWrittenWhileItIsCopiedIsNotMixed) {
  BusyLibrary library;
  WriteFile(library.path, library.versions[0]);
  library.While(
      [&](int round) {
        {
          std::ofstream stream(library.path, std::ios::binary | std::ios::in);
          stream << library.versions[round % 2];
        }
        const timespec times[2] = {{1, 0}, {1, 0}};
        CHECK_EQ(utimensat(AT_FDCWD, library.path.c_str(), times, 0), 0);
      },
      [](BusyLibrary& busy) { CountCopies(busy); });
}

}  // namespace
}  // namespace dynamic_reload::test
