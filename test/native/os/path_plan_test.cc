#include "os/path_plan.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;

// Directory, name, whether it is the file.
using Entry = std::tuple<std::string, std::string, bool>;

std::vector<Entry> AllEntriesOf(const std::string& path) {
  std::vector<Entry> entries;
  for (const auto& entry : PlanPath(path).entries) {
    entries.emplace_back(entry.directory, entry.name, entry.is_file);
  }
  return entries;
}

// Without those above the directories of the test.
std::vector<Entry> EntriesOf(const std::string& path) {
  const std::string above = fs::temp_directory_path().string() + '/';
  std::vector<Entry> entries;
  for (const Entry& entry : AllEntriesOf(path)) {
    if (std::get<0>(entry).compare(0, above.size(), above) == 0) entries.push_back(entry);
  }
  return entries;
}

TEST(NamesTheFileInItsDirectory) {
  const TemporaryDirectory directory;
  WriteFile(directory / "lib.so", "");
  CHECK_EQ(EntriesOf(directory / "lib.so"), std::vector<Entry>{{directory.path(), "lib.so", true}});
}

// A directory is swapped unseen when only the ones below it are watched.
TEST(NamesEveryDirectoryFromTheRoot) {
  const TemporaryDirectory directory;
  fs::create_directories(directory / "a/b");
  WriteFile(directory / "a/b/lib.so", "");
  std::vector<Entry> expected = {{directory / "a/b", "lib.so", true}};
  for (fs::path at = directory / "a/b"; at != "/"; at = at.parent_path()) {
    expected.emplace_back(at.parent_path(), at.filename(), false);
  }
  std::reverse(expected.begin(), expected.end());
  CHECK_EQ(AllEntriesOf(directory / "a/b/lib.so"), expected);
}

TEST(AFileThatIsMissingIsStillNamed) {
  const TemporaryDirectory directory;
  CHECK_EQ(EntriesOf(directory / "lib.so"), std::vector<Entry>{{directory.path(), "lib.so", true}});
}

// Nothing below it can be watched before it exists.
TEST(StopsAtADirectoryThatIsMissing) {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "a");
  CHECK_EQ(
      EntriesOf(directory / "a/missing/b/lib.so"),
      (std::vector<Entry>{{directory.path(), "a", false}, {directory / "a", "missing", false}}));
}

TEST(NamesALinkToTheFileAndTheFile) {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "real");
  WriteFile(directory / "real/lib.so.1", "");
  fs::create_symlink("real/lib.so.1", directory / "lib.so");
  CHECK_EQ(EntriesOf(directory / "lib.so"),
           (std::vector<Entry>{{directory.path(), "lib.so", true},
                               {directory.path(), "real", false},
                               {directory / "real", "lib.so.1", true}}));
}

TEST(NamesALinkToADirectory) {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "v1");
  WriteFile(directory / "v1/lib.so", "");
  fs::create_directory_symlink("v1", directory / "current");
  CHECK_EQ(EntriesOf(directory / "current/lib.so"),
           (std::vector<Entry>{{directory.path(), "current", false},
                               {directory.path(), "v1", false},
                               {directory / "v1", "lib.so", true}}));
}

TEST(FollowsALinkWithAnAbsoluteTarget) {
  const TemporaryDirectory directory;
  const TemporaryDirectory other;
  WriteFile(other / "lib.so.1", "");
  fs::create_symlink(other / "lib.so.1", directory / "lib.so");
  CHECK_EQ(EntriesOf(directory / "lib.so"), (std::vector<Entry>{{directory.path(), "lib.so", true},
                                                                {other.path(), "lib.so.1", true}}));
}

TEST(FollowsAChainOfLinks) {
  const TemporaryDirectory directory;
  WriteFile(directory / "lib.so.1.2", "");
  fs::create_symlink("lib.so.1.2", directory / "lib.so.1");
  fs::create_symlink("lib.so.1", directory / "lib.so");
  CHECK_EQ(EntriesOf(directory / "lib.so"),
           (std::vector<Entry>{{directory.path(), "lib.so", true},
                               {directory.path(), "lib.so.1", true},
                               {directory.path(), "lib.so.1.2", true}}));
}

TEST(ALinkThatLeadsNowhereNamesWhatIsMissing) {
  const TemporaryDirectory directory;
  fs::create_symlink("missing.so", directory / "lib.so");
  CHECK_EQ(EntriesOf(directory / "lib.so"),
           (std::vector<Entry>{{directory.path(), "lib.so", true},
                               {directory.path(), "missing.so", true}}));
}

// The parent of what a link points to, as the kernel sees it, and not the parent of the link.
TEST(DotDotAfterALinkLeavesTheTargetOfTheLink) {
  const TemporaryDirectory directory;
  fs::create_directories(directory / "deep/inside");
  WriteFile(directory / "deep/lib.so", "");
  fs::create_directory_symlink("deep/inside", directory / "link");
  CHECK_EQ(EntriesOf(directory / "link/../lib.so"),
           (std::vector<Entry>{{directory.path(), "link", false},
                               {directory.path(), "deep", false},
                               {directory / "deep", "inside", false},
                               {directory / "deep", "lib.so", true}}));
}

TEST(DotDotAtTheRootStaysThere) {
  const TemporaryDirectory directory;
  CHECK_EQ(EntriesOf("/../.." + (directory / "lib.so")),
           std::vector<Entry>{{directory.path(), "lib.so", true}});
}

TEST(SlashesAndDotsDoNotMatter) {
  const TemporaryDirectory directory;
  WriteFile(directory / "lib.so", "");
  const PathPlan plain = PlanPath(directory / "lib.so");
  CHECK(PlanPath("//" + directory.path() + "//.//lib.so") == plain);
  CHECK(PlanPath(directory / "./lib.so/") == plain);
}

TEST(AFileInTheRootDirectoryIsFound) {
  CHECK_EQ(AllEntriesOf("/lib.so"), std::vector<Entry>{{"/", "lib.so", true}});
}

TEST(ALoopOfLinksEnds) {
  const TemporaryDirectory directory;
  fs::create_symlink("two", directory / "one");
  fs::create_symlink("one", directory / "two");
  const auto entries = EntriesOf(directory / "one");
  CHECK(entries.size() >= 2);
  CHECK(entries.size() < 100);
}

TEST(NamesAFileThatStandsWhereADirectoryIsExpected) {
  const TemporaryDirectory directory;
  WriteFile(directory / "a", "a file");
  const auto entries = EntriesOf(directory / "a/lib.so");
  const Entry replaced_by_a_directory{directory.path(), "a", false};
  CHECK_EQ(std::count(entries.begin(), entries.end(), replaced_by_a_directory), 1);
}

TEST(APlanIsTheSameUntilTheWayChanges) {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "v1");
  fs::create_directory(directory / "v2");
  fs::create_directory_symlink("v1", directory / "current");
  const std::string path = directory / "current/lib.so";
  const PathPlan before = PlanPath(path);
  CHECK(PlanPath(path) == before);
  fs::remove(directory / "current");
  CHECK(!(PlanPath(path) == before));
  fs::create_directory_symlink("v2", directory / "current");
  CHECK(!(PlanPath(path) == before));
}

}  // namespace
}  // namespace dynamic_reload::test
