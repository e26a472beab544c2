#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "os/path_plan.h"

namespace dynamic_reload {

namespace {

constexpr int kMaxLinks = 40;  // As in the kernel: path_resolution(7).

// Takes the first component off `rest`, which afterwards is empty or begins with a slash.
std::string TakeComponent(std::string& rest) {
  const size_t start = rest.find_first_not_of('/');
  if (start == std::string::npos) {
    rest.clear();
    return "";
  }
  const size_t end = std::min(rest.find('/', start), rest.size());
  std::string component = rest.substr(start, end - start);
  rest.erase(0, end);
  if (rest.find_first_not_of('/') == std::string::npos) rest.clear();
  return component;
}

std::string Parent(const std::string& directory) {
  const size_t slash = directory.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : directory.substr(0, slash);
}

std::string Join(const std::string& directory, const std::string& name) {
  return directory == "/" ? directory + name : directory + '/' + name;
}

std::string ReadLink(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t size = readlink(path.c_str(), target, sizeof target);
  return size > 0 ? std::string(target, static_cast<size_t>(size)) : "";
}

}  // namespace

PathPlan PlanPath(const std::string& path) {
  PathPlan plan;
  std::string directory = "/";
  std::string rest = path;
  for (int links = 0; links <= kMaxLinks;) {
    const std::string name = TakeComponent(rest);
    if (name.empty()) break;
    const bool is_file = rest.empty();
    if (name == ".") continue;
    if (name == "..") {
      directory = Parent(directory);
      continue;
    }

    const std::string full = Join(directory, name);
    struct stat status {};
    const bool exists = lstat(full.c_str(), &status) == 0;
    const bool is_link = exists && S_ISLNK(status.st_mode);
    const bool is_directory = exists && S_ISDIR(status.st_mode);
    plan.entries.push_back({directory, name, is_file, is_directory});
    if (is_link) {
      const std::string target = ReadLink(full);
      if (target.empty()) break;
      if (target[0] == '/') directory = "/";
      rest = target + rest;
      ++links;
    } else if (is_directory && !is_file) {
      directory = full;
    } else {
      plan.file_exists = exists && is_file;  // Else missing, or nothing that can be passed through.
      break;
    }
  }
  return plan;
}

}  // namespace dynamic_reload
