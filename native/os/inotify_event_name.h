// The word for an inotify event in a trace.

#ifndef DYNAMIC_RELOAD_OS_INOTIFY_EVENT_NAME_H_
#define DYNAMIC_RELOAD_OS_INOTIFY_EVENT_NAME_H_

#include <cstdint>

namespace dynamic_reload {

// `mask` is that of an inotify_event. The word is that of inotify(7), in small letters.
const char* InotifyEventName(uint32_t mask);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_INOTIFY_EVENT_NAME_H_
