// What JavaScript says of how libraries are to be watched and copied: the forms are in
// binding.d.ts.

#ifndef DYNAMIC_RELOAD_NAPI_WATCH_OPTIONS_H_
#define DYNAMIC_RELOAD_NAPI_WATCH_OPTIONS_H_

#include <napi.h>

#include <string>
#include <vector>

#include "os/library_monitor.h"

namespace dynamic_reload {

// Where the shadow directory may be made: a path, or several of which the first that works is
// taken.
std::vector<std::string> ShadowParentsOf(const Napi::Value& value);

WatchMode WatchModeOf(const Napi::Value& name);

LibraryMonitor::Options WatchOptionsOf(const Napi::Value& value);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_WATCH_OPTIONS_H_
