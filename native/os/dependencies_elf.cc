#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "os/dependencies.h"
#include "os/elf_dynamic.h"
#include "os/elf_names.h"
#include "os/loaded_objects.h"

namespace dynamic_reload {

namespace {

using Directories = std::vector<std::string>;

// Where the loader searches by itself, and where its administrators put what all programs share.
constexpr std::array<std::string_view, 10> kSystemDirectories = {
    "/lib/",       "/lib32/",     "/lib64/",      "/libx32/",        "/usr/lib/",
    "/usr/lib32/", "/usr/lib64/", "/usr/libx32/", "/usr/local/lib/", "/usr/local/lib64/"};

bool IsOfSystem(const std::string& path) {
  return std::any_of(kSystemDirectories.begin(), kSystemDirectories.end(),
                     [&](std::string_view directory) { return path.rfind(directory, 0) == 0; });
}

std::string DirectoryOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

// Relative names begin at the current directory, as for the loader.
std::string Absolute(const std::string& path) {
  std::error_code failed;
  const auto absolute = std::filesystem::absolute(path, failed);
  return failed ? path : absolute.lexically_normal().string();
}

Directories SplitPath(std::string_view list, const std::string& origin) {
  Directories directories;
  for (;;) {
    const size_t end = std::min(list.find(':'), list.size());
    const std::string directory = ExpandOrigin(list.substr(0, end), origin);
    // What else the loader knows a token for are directories of the system.
    if (directory.find('$') == std::string::npos) directories.push_back(directory);
    if (end == list.size()) return directories;
    list.remove_prefix(end + 1);
  }
}

class Search {
 public:
  explicit Search(const std::string& path) {
    for (const LoadedObject& object : DependenciesOf("", ListLoadedObjects())) {
      shared_.push_back(object);
    }
    AddMember(path, {});
  }

  DependencyGraph Run() {
    // Breadth first, as the loader does: the order decides which file a name leads to.
    for (size_t index = 0; index < graph_.members.size(); ++index) Follow(index);
    return std::move(graph_);
  }

 private:
  using FileKey = std::pair<dev_t, ino_t>;

  void Follow(size_t index) {
    const std::string path = graph_.members[index].path;
    const auto file = File::Open(path, ErrorCode::kLibraryLoad);
    const auto image = file.ok() ? ReadElfDynamic(file.value()) : std::nullopt;
    if (!image) return;
    const auto soname = image->Value(DT_SONAME);
    if (soname) known_.emplace(image->Name(*soname), index);
    const Directories directories = DirectoriesOf(*image, index);
    for (const std::string& name : image->Names(DT_NEEDED)) {
      const auto member = Find(name, directories, inherited_[index]);
      if (member) graph_.members[index].needed.emplace(name, *member);
    }
  }

  // Where it searches. What it passes on to its dependencies is noted in `inherited_`.
  Directories DirectoriesOf(const ElfDynamic& image, size_t index) {
    const std::string origin = DirectoryOf(graph_.members[index].path);
    Directories directories;
    if (const auto runpath = image.Value(DT_RUNPATH)) {
      directories = SplitPath(image.Name(*runpath), origin);
    } else {
      if (const auto rpath = image.Value(DT_RPATH)) {
        directories = SplitPath(image.Name(*rpath), origin);
      }
      directories.insert(directories.end(), inherited_[index].begin(), inherited_[index].end());
      inherited_[index] = directories;
    }
    directories.push_back(origin);
    return directories;
  }

  std::optional<size_t> Find(const std::string& name, const Directories& directories,
                             const Directories& inherited) {
    const auto known = known_.find(name);
    if (known != known_.end()) return known->second;
    if (IsShared(name)) return std::nullopt;
    for (const std::string& place : PlacesOf(name, directories)) {
      if (!IsOfSystem(place)) graph_.places.insert(place);
      struct stat status {};
      if (stat(place.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
      if (IsOfSystem(place)) return std::nullopt;
      const size_t member = MemberAt(place, {status.st_dev, status.st_ino}, inherited);
      known_.emplace(name, member);
      graph_.found.emplace(name, place);
      return member;
    }
    graph_.missing.insert(name);
    return std::nullopt;
  }

  static Directories PlacesOf(const std::string& name, const Directories& directories) {
    if (name.find('/') != std::string::npos) return {Absolute(name)};
    Directories places;
    for (const std::string& directory : directories) {
      places.push_back(Absolute((directory.empty() ? "." : directory) + '/' + name));
    }
    return places;
  }

  bool IsShared(const std::string& name) const {
    return std::any_of(shared_.begin(), shared_.end(),
                       [&](const LoadedObject& object) { return object.IsCalled(name); });
  }

  size_t MemberAt(const std::string& path, FileKey key, const Directories& inherited) {
    const auto known = by_file_.find(key);
    if (known != by_file_.end()) return known->second;
    const size_t index = AddMember(path, inherited);
    by_file_.emplace(key, index);
    return index;
  }

  size_t AddMember(const std::string& path, const Directories& inherited) {
    struct stat status {};
    const size_t index = graph_.members.size();
    if (stat(path.c_str(), &status) == 0) {
      by_file_.emplace(FileKey{status.st_dev, status.st_ino}, index);
    }
    graph_.members.push_back({path, {}});
    inherited_.push_back(inherited);
    return index;
  }

  std::vector<LoadedObject> shared_;     // By the whole process.
  std::map<std::string, size_t> known_;  // Members, by every name that led to one.
  std::map<FileKey, size_t> by_file_;
  std::vector<Directories> inherited_;  // Of each member: DT_RPATH of those who ask for it.
  DependencyGraph graph_;
};

}  // namespace

DependencyGraph FindDependencies(const std::string& path) {
  DependencyGraph graph = Search(path).Run();
  graph.places.erase(path);
  return graph;
}

}  // namespace dynamic_reload
