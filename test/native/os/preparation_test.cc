#include "os/preparation.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "os/shadow_copy.h"
#include "os/unique_fd.h"
#include "test/native/check.h"
#include "test/native/child_process.h"
#include "test/native/elf_bytes.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;
using Outcome = Preparation::Outcome;

struct Library {
  Preparation Look(const std::string& baseline = "") {
    return Prepare(path, *shadow, {baseline, settled, patch});
  }

  // Prepares and expects a copy.
  std::string Copy(const std::string& baseline = "") {
    const Preparation preparation = Look(baseline);
    CHECK_EQ(preparation.outcome, Outcome::kCopied);
    return preparation.copy;
  }

  size_t Copies() const { return NamesIn(shadow->path()).size() - 1; }  // Without the lock.

  TemporaryDirectory directory;
  std::string path = directory / "libfoo.so";
  PatchOptions patch;
  std::optional<FileIdentity> settled;
  std::shared_ptr<ShadowDirectory> shadow = ShadowDirectory::Create(directory.path()).value();
};

TEST(AWholeLibraryIsCopied) {
  Library library;
  WriteFile(library.path, FirstLibrary());
  const Preparation preparation = library.Look();
  CHECK_EQ(preparation.outcome, Outcome::kCopied);
  CHECK(!preparation.error.has_value());
  CHECK_EQ(fs::path(preparation.copy).parent_path(), fs::path(library.shadow->path()));
  CHECK(ReadFile(preparation.copy) == FirstLibrary());
}

TEST(ACopyTellsWhatItCost) {
  Library library;
  WriteFile(library.path, FirstLibrary());
  const CopyCost cost = library.Look().cost;
  CHECK_EQ(cost.bytes, FirstLibrary().size());
  CHECK(cost.time.count() > 0);
}

TEST(ACopyThatIsPatchedLaterIsAsItsOriginalIs) {
  const std::string unique = ReadFile(FixtureDirectory() + "/libunique.so");
  for (const bool later : {false, true}) {
    Library library;
    library.patch.later = later;
    WriteFile(library.path, unique);
    const std::string copy = library.Copy();
    CHECK_EQ(ReadFile(copy) == unique, later);
    CHECK_EQ(library.Look(copy).outcome, Outcome::kUnchanged);
  }
}

TEST(WhatLoadsAsTheBaselineIsNotCopied) {
  Library library;
  WriteFile(library.path, FirstLibrary());
  const std::string baseline = library.Copy();
  ReplaceFile(library.path, FirstLibrary() + "never loaded");
  const Preparation preparation = library.Look(baseline);
  CHECK_EQ(preparation.outcome, Outcome::kUnchanged);
  CHECK(!preparation.error.has_value());
  CHECK_EQ(library.Copies(), 1);
}

TEST(WhatLoadsDifferentlyFromTheBaselineIsCopied) {
  Library library;
  WriteFile(library.path, FirstLibrary());
  const std::string baseline = library.Copy();
  ReplaceFile(library.path, SecondLibrary());
  CHECK(ReadFile(library.Copy(baseline)) == SecondLibrary());
}

TEST(ACopyIsPatchedAndItsOriginalIsNot) {
  Library library;
  const std::string original = ReadFile(FixtureDirectory() + "/libunique.so");
  WriteFile(library.path, original);
  CHECK(ReadFile(library.Copy()) != original);
  CHECK(ReadFile(library.path) == original);
  library.patch.keep_unique = true;
  CHECK(ReadFile(library.Copy()) == original);
}

TEST(WhatIsPatchedIsNotCopiedAgain) {
  for (const char* fixture : {"libunique.so", "libstatics.so", "libnodelete.so"}) {
    Library library;
    WriteFile(library.path, ReadFile(FixtureDirectory() + "/" + fixture));
    const std::string baseline = library.Copy();
    ReplaceFile(library.path, ReadFile(library.path));
    CHECK_EQ(library.Look(baseline).outcome, Outcome::kUnchanged);
  }
}

TEST(ABaselineThatIsGoneIsNoObstacle) {
  Library library;
  WriteFile(library.path, FirstLibrary());
  const std::string baseline = library.Copy();
  DeleteCopy(baseline);
  CHECK_NE(library.Copy(baseline), baseline);
}

TEST(AMissingLibraryIsGone) {
  Library library;
  for (const std::string& path : {library.path, library.directory / "missing/libfoo.so"}) {
    library.path = path;
    const Preparation preparation = library.Look();
    CHECK_EQ(preparation.outcome, Outcome::kGone);
    CHECK_EQ(preparation.error->code, ErrorCode::kLibraryNotFound);
    CHECK_EQ(preparation.error->path, path);
    CHECK_EQ(preparation.error->system_code, ENOENT);
  }
}

TEST(APathThroughAFileIsGone) {
  Library library;
  WriteFile(library.directory / "file", "");
  library.path = library.directory / "file/libfoo.so";
  CHECK_EQ(library.Look().outcome, Outcome::kGone);
}

TEST(AWholeLibraryThatSomebodyHasOpenForWritingIsBusy) {
  Library library;
  WriteFile(library.path, FirstLibrary());
  UniqueFd writer(open(library.path.c_str(), O_WRONLY | O_CLOEXEC));
  CHECK(writer.valid());
  const Preparation preparation = library.Look();
  CHECK_EQ(preparation.outcome, Outcome::kBusy);
  CHECK_EQ(preparation.error->code, ErrorCode::kLibraryIncomplete);
  CHECK_EQ(preparation.error->path, library.path);
  CHECK_EQ(library.Copies(), 0);
  writer = UniqueFd();
  CHECK_EQ(library.Look().outcome, Outcome::kCopied);
}

// A slow writer is not a damaged file, however long it takes.
TEST(ADamagedLibraryThatSomebodyHasOpenForWritingIsBusy) {
  Library library;
  WriteFile(library.path, FirstLibrary().substr(0, 5000));
  const UniqueFd writer(open(library.path.c_str(), O_WRONLY | O_CLOEXEC));
  CHECK(writer.valid());
  CHECK_EQ(library.Look().outcome, Outcome::kBusy);
}

// As a file server does for its clients: fcntl(2), "Leases".
TEST(ALibraryThatSomebodyHasLeasedForWritingHasChanged) {
  Library library;
  WriteFile(library.path, FirstLibrary());
  ChildProcess server([&](const auto& report) {
    signal(SIGIO, SIG_IGN);
    const UniqueFd file(open(library.path.c_str(), O_RDWR | O_CLOEXEC));
    report(fcntl(file.get(), F_SETLEASE, F_WRLCK) == 0 ? "leased" : "refused");
    pause();
    return 0;
  });
  CHECK_EQ(server.ReadLine(), "leased");
  const Preparation preparation = library.Look();
  CHECK_EQ(preparation.outcome, Outcome::kChanged);
  CHECK_EQ(preparation.error->code, ErrorCode::kLibraryIncomplete);
  CHECK_EQ(preparation.error->path, library.path);
  server.Kill();
  CHECK_EQ(library.Look().outcome, Outcome::kCopied);
}

// Runs `body` as a user who may read the file and does not own it: who has it open is a secret
// then.
template <typename Body>
void AsAnotherUser(Body body) {
  constexpr uid_t kNobody = 65534;
  if (geteuid() != 0) {
    std::puts("skipped: only the superuser may become somebody else");
    return;
  }
  Library library;
  WriteFile(library.path, FirstLibrary());
  fs::permissions(library.path, fs::perms(0644));
  fs::permissions(library.directory.path(), fs::perms(0777));
  library.shadow.reset();
  ChildProcess child([&](const auto& report) {
    if (setuid(kNobody) != 0) return 1;
    library.shadow = ShadowDirectory::Create(library.directory.path()).value();
    body(library);
    library.shadow.reset();
    report("done");
    return 0;
  });
  CHECK_EQ(child.ReadLine(), "done");
}

TEST(AFileOfAnotherUserIsCopiedWhenItIsStillTheSameLater) {
  AsAnotherUser([](Library& library) {
    const Preparation first = library.Look();
    CHECK_EQ(first.outcome, Outcome::kUnsettled);
    CHECK(first.identity.has_value());
    CHECK_EQ(library.Copies(), 0);
    library.settled = first.identity;
    CHECK(ReadFile(library.Copy()) == FirstLibrary());
  });
}

TEST(AFileOfAnotherUserThatIsNotTheSameLaterIsUnsettledAgain) {
  AsAnotherUser([](Library& library) {
    library.settled = library.Look().identity;
    library.settled->modified_ns -= 1;
    CHECK_EQ(library.Look().outcome, Outcome::kUnsettled);
  });
}

// Somebody may be writing it, however long that takes.
TEST(ADamagedFileOfAnotherUserIsIncompleteOnceItIsStillTheSame) {
  AsAnotherUser([](Library& library) {
    library.path = "/etc/passwd";
    const Preparation first = library.Look();
    CHECK_EQ(first.outcome, Outcome::kUnsettled);
    library.settled = first.identity;
    CHECK_EQ(library.Look().outcome, Outcome::kIncomplete);
  });
}

TEST(WhatLoadsAsTheBaselineIsNoChangeWhoeverOwnsIt) {
  AsAnotherUser([](Library& library) {
    library.settled = library.Look().identity;
    CHECK_EQ(library.Look(library.Copy()).outcome, Outcome::kUnchanged);
  });
}

TEST(ADamagedLibraryIsIncomplete) {
  Library library;
  for (const std::string& content : {std::string(), std::string("garbage"),
                                     FirstLibrary().substr(0, FirstLibrary().size() - 1)}) {
    WriteFile(library.path, content);
    const Preparation preparation = library.Look();
    CHECK_EQ(preparation.outcome, Outcome::kIncomplete);
    CHECK_EQ(preparation.error->code, ErrorCode::kLibraryIncomplete);
    CHECK_EQ(preparation.error->path, library.path);
    CHECK(!preparation.error->message.empty());
  }
  CHECK_EQ(library.Copies(), 0);
}

// The loader refuses it without harm, and explains better than we could.
TEST(AForeignLibraryIsCopiedForTheLoaderToRefuse) {
  Library library;
  ElfBytes elf(FirstLibrary());
  auto header = elf.header();
  header.e_machine = EM_RISCV;
  elf.SetHeader(header);
  WriteFile(library.path, elf.bytes());
  CHECK_EQ(library.Look().outcome, Outcome::kCopied);
}

TEST(WhatIsNoFileFails) {
  Library library;
  fs::create_directory(library.path);
  const Preparation preparation = library.Look();
  CHECK_EQ(preparation.outcome, Outcome::kFailed);
  CHECK_EQ(preparation.error->message, "not a regular file");
}

TEST(ALoopOfLinksFails) {
  Library library;
  fs::create_symlink(library.path, library.path);
  const Preparation preparation = library.Look();
  CHECK_EQ(preparation.outcome, Outcome::kFailed);
  CHECK_EQ(preparation.error->code, ErrorCode::kShadowCopy);
  CHECK_EQ(preparation.error->system_code, ELOOP);
}

TEST(AShadowDirectoryWhoseParentIsGoneFails) {
  Library library;
  WriteFile(library.path, FirstLibrary());
  const std::string parent = library.directory / "parent";
  fs::create_directory(parent);
  library.shadow = ShadowDirectory::Create(parent).value();
  fs::remove_all(parent);
  const Preparation preparation = library.Look();
  CHECK_EQ(preparation.outcome, Outcome::kFailed);
  CHECK_EQ(preparation.error->code, ErrorCode::kShadowCopy);
  CHECK_EQ(preparation.error->path, library.path);
  CHECK_EQ(fs::path(preparation.error->destination).parent_path(),
           fs::path(library.shadow->path()));
}

TEST(FollowsALinkAndNamesTheCopyAfterIt) {
  Library library;
  WriteFile(library.directory / "libfoo.so.1", FirstLibrary());
  fs::create_symlink("libfoo.so.1", library.path);
  CHECK(ReadFile(library.Copy()) == FirstLibrary());
}

// Writers of every kind at once. A copy that mixes two versions would load and then fail anywhere.
TEST(EveryCopyIsOfOneMoment) {
  Library library;
  const std::string padding(200'000, 'p');
  const std::string versions[] = {FirstLibrary() + padding, SecondLibrary() + padding};
  WriteFile(library.path, versions[0]);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int round = 0; !stop; ++round) {
      const std::string& version = versions[round % 2];
      if (round % 3 == 0) {
        ReplaceFile(library.path, version);
      } else {
        WriteFile(library.path, version);
      }
    }
  });
  int copies = 0;
  for (int look = 0; look < 100'000 && copies < 100; ++look) {
    const Preparation preparation = library.Look();
    if (preparation.outcome != Outcome::kCopied) continue;
    const std::string content = ReadFile(preparation.copy);
    CHECK(content == versions[0] || content == versions[1]);
    DeleteCopy(preparation.copy);
    ++copies;
  }
  stop = true;
  writer.join();
  CHECK(copies > 0);
  CHECK_EQ(library.Copies(), 0);
}

}  // namespace
}  // namespace dynamic_reload::test
