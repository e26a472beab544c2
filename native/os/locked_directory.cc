#include "os/locked_directory.h"

#include <algorithm>
#include <cctype>

namespace dynamic_reload {

bool IsNameOfDirectory(const std::string& name) {
  return name.size() == kDirectoryPrefix.size() + kUniquePart.size() &&
         name.compare(0, kDirectoryPrefix.size(), kDirectoryPrefix) == 0;
}

bool IsNameOfCopy(const std::string& name) {
  const auto end =
      std::find_if(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) == 0; });
  return end != name.begin() && end != name.end() && *end == '-';
}

}  // namespace dynamic_reload
