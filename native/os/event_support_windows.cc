#include <algorithm>
#include <string>

#include "os/event_support.h"
#include "os/wide_text.h"
#include "os/windows_api.h"

namespace dynamic_reload {

namespace {

// A server says what it likes of what others do to its files.
bool IsRemote(const std::string& directory) {
  const std::wstring wide = Utf16(directory);
  wchar_t volume[MAX_PATH];
  return GetVolumePathNameW(wide.c_str(), volume, MAX_PATH) != 0 &&
         GetDriveTypeW(volume) == DRIVE_REMOTE;
}

}  // namespace

bool DeliversEvents(const PathPlan& plan) {
  return std::none_of(plan.entries.begin(), plan.entries.end(),
                      [](const PathPlan::Entry& entry) { return IsRemote(entry.directory); });
}

}  // namespace dynamic_reload
