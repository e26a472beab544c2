#include "os/inotify_event_name.h"

#include <sys/inotify.h>

namespace dynamic_reload {

namespace {

struct EventName {
  uint32_t bit;
  const char* name;
};

// The kernel sets one of these at a time.
constexpr EventName kNames[] = {
    {IN_MOVED_TO, "moved-to"},   {IN_MOVED_FROM, "moved-from"},   {IN_CREATE, "create"},
    {IN_DELETE, "delete"},       {IN_CLOSE_WRITE, "close-write"}, {IN_ATTRIB, "attrib"},
    {IN_MOVE_SELF, "move-self"}, {IN_UNMOUNT, "unmount"},         {IN_IGNORED, "ignored"},
    {IN_Q_OVERFLOW, "overflow"},
};

}  // namespace

const char* InotifyEventName(uint32_t mask) {
  for (const auto& [bit, name] : kNames) {
    if ((mask & bit) != 0) return name;
  }
  return "unknown";
}

}  // namespace dynamic_reload
