#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "base/path.h"
#include "os/dependencies.h"
#include "os/image_traits.h"
#include "os/wide_text.h"
#include "os/windows_api.h"

namespace dynamic_reload {

namespace {

// A name is the same in capitals.
std::string InSmallLetters(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

bool IsFile(const std::string& path) {
  const DWORD attributes = GetFileAttributesW(WidePath(path).c_str());
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

// What Windows brings along, under a name that a file has or, as "API sets", none.
bool IsOfSystem(const std::string& name) {
  wchar_t directory[MAX_PATH];
  const UINT length = GetSystemDirectoryW(directory, MAX_PATH);
  const std::string prefix = name.substr(0, 7);
  return prefix == "api-ms-" || prefix == "ext-ms-" ||
         IsFile(Utf8({directory, length}) + kPathSeparator + name);
}

class Graph {
 public:
  explicit Graph(const std::string& path) {
    graph_.members.push_back({path, {}});
    members_.emplace(InSmallLetters(NameIn(path)), 0);
  }

  DependencyGraph Run() {
    for (size_t index = 0; index < graph_.members.size(); ++index) Follow(index);
    return std::move(graph_);
  }

 private:
  static std::string NameIn(const std::string& path) {
    return path.substr(path.find_last_of("/\\") + 1);
  }

  void Follow(size_t index) {
    const std::string path = graph_.members[index].path;
    const auto file = File::Open(path, ErrorCode::kLibraryLoad);
    const auto traits = file.ok() ? ReadImageTraits(file.value()) : std::nullopt;
    if (!traits) return;
    for (const std::string& needed : traits->needed) {
      if (const auto member = Find(needed, path)) {
        graph_.members[index].needed.emplace(needed, *member);
      }
    }
  }

  // The loader asks for each name once in a process, wherever it is asked for.
  std::optional<size_t> Find(const std::string& needed, const std::string& asking) {
    const std::string name = InSmallLetters(needed);
    const auto known = members_.find(name);
    if (known != members_.end()) return known->second;
    if (IsOfSystem(name)) return std::nullopt;
    const std::string place = DirectoryIn(asking) + kPathSeparator + needed;
    graph_.places.insert(place);
    if (!IsFile(place)) {
      graph_.missing.insert(needed);
      return std::nullopt;
    }
    const size_t member = graph_.members.size();
    graph_.members.push_back({place, {}});
    graph_.found.emplace(needed, place);
    members_.emplace(name, member);
    return member;
  }

  DependencyGraph graph_;
  std::map<std::string, size_t> members_;  // By name, in small letters.
};

}  // namespace

DependencyGraph FindDependencies(const std::string& path) { return Graph(path).Run(); }

}  // namespace dynamic_reload
