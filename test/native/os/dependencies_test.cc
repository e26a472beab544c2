// What belongs to a library, and what does not.

#include "os/dependencies.h"

#include <filesystem>
#include <string>

#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

namespace fs = std::filesystem;

TEST(WhatLiesBesideIsAMember) {
  const std::string path = FixtureDirectory() + "/libdependent.so";
  const DependencyGraph graph = FindDependencies(path);
  CHECK_EQ(graph.members.size(), 2);
  CHECK_EQ(graph.members[0].path, path);
  CHECK_EQ(graph.members[0].needed.at("libdependency.so"), 1);
  CHECK_EQ(graph.members[1].path, FixtureDirectory() + "/libdependency.so");
  CHECK_EQ(graph.places.count(graph.members[1].path), 1);
  CHECK_EQ(graph.places.count(path), 0);
}

TEST(WhatTheProgramUsesIsNoMemberWhereverItLies) {
  const TemporaryDirectory directory;
  const std::string path = directory / "libstandard.so";
  fs::copy_file(FixtureDirectory() + "/libstandard.so", path);
  WriteFile(directory / "libstdc++.so.6", FirstLibrary());
  WriteFile(directory / "libc.so.6", FirstLibrary());
  const DependencyGraph graph = FindDependencies(path);
  CHECK_EQ(graph.members.size(), 1);
  CHECK_EQ(graph.missing.size(), 0);
}

TEST(WhatIsMissingIsLookedForWhereItMayAppear) {
  const TemporaryDirectory directory;
  const std::string path = directory / "libdependent.so";
  fs::copy_file(FixtureDirectory() + "/libdependent.so", path);
  const DependencyGraph graph = FindDependencies(path);
  CHECK_EQ(graph.members.size(), 1);
  CHECK_EQ(graph.missing.count("libdependency.so"), 1);
  CHECK_EQ(graph.places.count(directory / "libdependency.so"), 1);
}

TEST(AFileIsAMemberOnce) {
  const TemporaryDirectory directory;
  const std::string path = directory / "libdependent.so";
  fs::copy_file(FixtureDirectory() + "/libdependent.so", path);
  fs::create_symlink(path, directory / "libdependency.so");
  const DependencyGraph graph = FindDependencies(path);
  CHECK_EQ(graph.members.size(), 1);
  CHECK_EQ(graph.members[0].needed.at("libdependency.so"), 0);
}

TEST(WhatIsNoLibraryIsAloneInItsGraph) {
  const TemporaryDirectory directory;
  WriteFile(directory / "text.so", "text");
  for (const char* name : {"text.so", "nothing.so"}) {
    const DependencyGraph graph = FindDependencies(directory / name);
    CHECK_EQ(graph.members.size(), 1);
    CHECK_EQ(graph.places.size(), 0);
  }
}

}  // namespace
}  // namespace dynamic_reload::test
