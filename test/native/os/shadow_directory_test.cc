#include "os/shadow_directory.h"

#include <cerrno>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/other_process.h"
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

std::string NameOf(const std::string& path) { return fs::path(path).filename().string(); }

OTHER_PROCESS(Owner) {
  const auto directory = Create(argument);
  WriteFile(directory->NextPath("/libfoo.so"), "a copy");
  Report(directory->path());
  WaitForever();
}

// Another process with a shadow directory that holds one copy.
class OwnerProcess {
 public:
  explicit OwnerProcess(const std::string& parent)
      : process_("Owner", parent), path_(process_.ReadLine()) {
    CHECK(fs::exists(path_ + "/.lock"));
  }

  const std::string& path() const { return path_; }
  void Kill() { process_.Kill(); }

 private:
  OtherProcess process_;
  const std::string path_;
};

TEST(EveryDirectoryIsAnother) {
  const TemporaryDirectory parent;
  const auto one = Create(parent.path());
  const auto other = Create(parent.path());
  CHECK_NE(one->path(), other->path());
  CHECK(fs::exists(one->path()));
  CHECK(fs::exists(other->path()));
}

TEST(NeverGivesAPathTwice) {
  const TemporaryDirectory parent;
  const auto directory = Create(parent.path());
  std::set<std::string> paths;
  for (int i = 0; i < 1000; ++i) {
    const std::string path = directory->NextPath(i % 2 == 0 ? "/a/libfoo.so" : "/b/libfoo.so");
    CHECK(paths.insert(path).second);
    CHECK_EQ(fs::path(path).parent_path(), fs::path(directory->path()));
  }
}

// Debuggers and error messages show the path of the copy.
TEST(ACopyKeepsTheNameOfTheLibrary) {
  const TemporaryDirectory parent;
  const std::string name = NameOf(Create(parent.path())->NextPath("/some/where/libfoo.so"));
  CHECK_EQ(name.substr(name.size() - 10), "-libfoo.so");
}

TEST(TheDestructorRemovesEveryCopy) {
  const TemporaryDirectory parent;
  {
    const auto directory = Create(parent.path());
    WriteFile(directory->NextPath("/libfoo.so"), "one");
    WriteFile(directory->NextPath("/libfoo.so"), "two");
  }
  CHECK_EQ(NamesIn(parent.path()).size(), 0);
}

TEST(TheDestructorKeepsWhatIsNotOurs) {
  const TemporaryDirectory parent;
  std::string path;
  {
    const auto directory = Create(parent.path());
    path = directory->path();
    WriteFile(directory->NextPath("/libfoo.so"), "one");
    WriteFile(path + "/core.1234", "a debugger left it");
  }
  CHECK_EQ(NamesIn(path), std::vector<std::string>{"core.1234"});
}

TEST(AMissingParentIsAnError) {
  const TemporaryDirectory parent;
  const auto directory = ShadowDirectory::Create(parent / "missing");
  CHECK(!directory.ok());
  CHECK_EQ(directory.error().code, ErrorCode::kShadowCopy);
  CHECK_EQ(directory.error().path, parent / "missing");
  CHECK_EQ(directory.error().system_code, ENOENT);
}

TEST(RemovesWhatADeadProcessLeft) {
  const TemporaryDirectory parent;
  OwnerProcess other(parent.path());
  other.Kill();
  CHECK(fs::exists(other.path()));
  const auto directory = Create(parent.path());
  CHECK_EQ(NamesIn(parent.path()), std::vector<std::string>{NameOf(directory->path())});
}

TEST(KeepsTheDirectoryOfALivingProcess) {
  const TemporaryDirectory parent;
  const OwnerProcess other(parent.path());
  const auto before = NamesIn(other.path());
  const auto directory = Create(parent.path());
  CHECK_EQ(NamesIn(other.path()), before);
  CHECK_EQ(before.size(), 2);  // The lock and the copy.
}

TEST(KeepsAnotherDirectoryOfThisProcess) {
  const TemporaryDirectory parent;
  const auto one = Create(parent.path());
  WriteFile(one->NextPath("/libfoo.so"), "a copy");
  const auto other = Create(parent.path());
  CHECK_EQ(NamesIn(one->path()).size(), 2);
}

// The process died between making the directory and making the lock.
TEST(RemovesAnEmptyDirectoryWithoutALock) {
  const TemporaryDirectory parent;
  MakePrivateDirectory(parent / "dynamic-reload-AbC123");
  const auto directory = Create(parent.path());
  CHECK(!fs::exists(parent / "dynamic-reload-AbC123"));
}

TEST(KeepsOtherFilesInALeftOver) {
  const TemporaryDirectory parent;
  OwnerProcess other(parent.path());
  WriteFile(other.path() + "/notes.txt", "somebody's");
  WriteFile(other.path() + "/1file", "no dash");
  WriteFile(other.path() + "/-1", "no number");
  fs::create_directory(other.path() + "/2-directory");
  other.Kill();
  const auto directory = Create(parent.path());
  CHECK_EQ(NamesIn(other.path()),
           (std::vector<std::string>{"-1", "1file", "2-directory", "notes.txt"}));
}

TEST(KeepsADirectoryWithFilesButWithoutALock) {
  const TemporaryDirectory parent;
  MakePrivateDirectory(parent / "dynamic-reload-AbC123");
  WriteFile(parent / "dynamic-reload-AbC123/1-libfoo.so", "not ours");
  const auto directory = Create(parent.path());
  CHECK(fs::exists(parent / "dynamic-reload-AbC123/1-libfoo.so"));
}

// The six letters are those of mkdtemp(3). A longer or shorter name was given by somebody.
TEST(KeepsAnEmptyDirectoryWhoseNameWeDoNotGive) {
  const TemporaryDirectory parent;
  MakePrivateDirectory(parent / "dynamic-reload-notes");
  MakePrivateDirectory(parent / "dynamic-reload-settings");
  const auto directory = Create(parent.path());
  CHECK(fs::exists(parent / "dynamic-reload-notes"));
  CHECK(fs::exists(parent / "dynamic-reload-settings"));
}

// Each sweeps while the others are between making their directory and locking it.
TEST(DirectoriesThatAreMadeAtOnceDoNotRemoveEachOther) {
  if (IsLeftOutUnderWine("a directory that is being removed still takes files there")) return;
  const TemporaryDirectory parent;
  constexpr int kRounds = 200;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&parent] {
      for (int round = 0; round < kRounds; ++round) {
        const auto directory = Create(parent.path());
        WriteFile(directory->NextPath("/libfoo.so"), "a copy");
        CHECK_EQ(NamesIn(directory->path()).size(), 2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_EQ(NamesIn(parent.path()).size(), 0);
}

// As much of a name as fits is kept.
TEST(ACopyOfALibraryWithTheLongestNameHasAValidName) {
  const TemporaryDirectory parent;
  auto shadow = ShadowDirectory::Create(parent.path());
  CHECK_OK(shadow);
  const std::string copy = shadow.value()->NextPath("/x/" + std::string(252, 'a') + ".so");
  WriteFile(copy, "");
  CHECK_EQ(copy.substr(copy.size() - 4), "a.so");
}

}  // namespace
}  // namespace dynamic_reload::test
