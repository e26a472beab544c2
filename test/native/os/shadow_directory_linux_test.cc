// Rights, links and descriptors; and a directory that somebody else moves or deletes.

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "os/shadow_directory.h"
#include "test/native/check.h"
#include "test/native/child_process.h"
#include "test/native/files.h"
#include "test/native/system.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<ShadowDirectory> Create(const std::string& parent) {
  auto directory = ShadowDirectory::Create(parent);
  CHECK_OK(directory);
  return directory.value();
}

std::string NameOf(const std::string& path) { return fs::path(path).filename(); }

TEST(OnlyTheUserCanEnter) {
  const TemporaryDirectory parent;
  const auto directory = Create(parent.path());
  struct stat status;
  CHECK_EQ(stat(directory->path().c_str(), &status), 0);
  CHECK_EQ(status.st_mode & 07777, 0700);
}

TEST(TheDestructorAcceptsThatTheDirectoryIsGone) {
  const TemporaryDirectory parent;
  const auto directory = Create(parent.path());
  fs::remove_all(directory->path());
}

TEST(IsMadeAgainWhenSomebodyDeletedIt) {
  const TemporaryDirectory parent;
  {
    const auto directory = Create(parent.path());
    const std::string before = directory->NextPath("/libfoo.so");
    fs::remove_all(directory->path());
    const std::string after = directory->NextPath("/libfoo.so");
    CHECK_NE(before, after);
    WriteFile(after, "a copy");
    CHECK(fs::exists(directory->path() + "/.lock"));
    const auto other = Create(parent.path());
    CHECK(fs::exists(after));
  }
  CHECK_EQ(NamesIn(parent.path()).size(), 0);
}

TEST(IsNotWhatSomebodyPutInItsPlace) {
  const TemporaryDirectory parent;
  const auto directory = Create(parent.path());
  const std::string path = directory->path();
  fs::rename(path, parent / "elsewhere");
  MakePrivateDirectory(path);
  CHECK_NE(fs::path(directory->NextPath("/libfoo.so")).parent_path(), fs::path(path));
}

// The system's temporary directory is a link on some systems, and a build directory may be one.
TEST(RemovesLeftOversWhenTheParentIsALink) {
  const TemporaryDirectory parent;
  fs::create_directory(parent / "real");
  fs::create_directory_symlink("real", parent / "link");
  MakePrivateDirectory(parent / "real/dynamic-reload-AbC123");
  WriteFile(parent / "real/dynamic-reload-AbC123/.lock", "");
  WriteFile(parent / "real/dynamic-reload-AbC123/1-libfoo.so", "a copy");
  const auto directory = Create(parent / "link");
  CHECK(!fs::exists(parent / "real/dynamic-reload-AbC123"));
}

// Ours are private. One that others can write to may be a trap.
TEST(KeepsADirectoryThatOthersCanEnter) {
  const TemporaryDirectory parent;
  for (const char* name : {"dynamic-reload-AbC123", "dynamic-reload-DeF456"}) {
    MakePrivateDirectory(parent / name);
    CHECK_EQ(chmod((parent / name).c_str(), 0755), 0);
  }
  WriteFile(parent / "dynamic-reload-DeF456/.lock", "");
  WriteFile(parent / "dynamic-reload-DeF456/1-libfoo.so", "not ours");
  const auto directory = Create(parent.path());
  CHECK(fs::exists(parent / "dynamic-reload-AbC123"));
  CHECK(fs::exists(parent / "dynamic-reload-DeF456/1-libfoo.so"));
}

TEST(KeepsWhatOnlyLooksLikeADirectoryOfOurs) {
  const TemporaryDirectory parent;
  MakePrivateDirectory(parent / "elsewhere");
  WriteFile(parent / "elsewhere/.lock", "");
  WriteFile(parent / "elsewhere/1-libfoo.so", "not ours");
  fs::create_directory_symlink("elsewhere", parent / "dynamic-reload-AbC123");
  WriteFile(parent / "dynamic-reload-DeF456", "a file");
  MakePrivateDirectory(parent / "dynamic");
  const auto directory = Create(parent.path());
  auto names = NamesIn(parent.path());
  names.erase(std::remove(names.begin(), names.end(), NameOf(directory->path())), names.end());
  CHECK_EQ(names, (std::vector<std::string>{"dynamic", "dynamic-reload-AbC123",
                                            "dynamic-reload-DeF456", "elsewhere"}));
  CHECK_EQ(NamesIn(parent / "elsewhere").size(), 2);
}

// The reason is told, and nothing is left behind, whichever descriptor is the one too many.
TEST(TooFewDescriptorsAreAnErrorThatSaysSo) {
  const TemporaryDirectory parent;
  ChildProcess child([&](const auto& /*report*/) {
    int failures = 0;
    for (const rlim_t limit : std::initializer_list<rlim_t>{0, 4, 5, 6, 7, 8, 9, 10}) {
      const rlimit few = {limit, 100};
      CHECK_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
      const auto shadow = ShadowDirectory::Create(parent.path());
      if (shadow.ok()) continue;
      CHECK_EQ(shadow.error().system_code, EMFILE);
      ++failures;
    }
    return failures >= 2 ? 0 : 1;
  });
  CHECK_EQ(child.Wait(), 0);
  CHECK_EQ(NamesIn(parent.path()).size(), 0);
}

}  // namespace
}  // namespace dynamic_reload::test
