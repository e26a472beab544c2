// Gives libraries back to the system, and finds out what became of them.

#ifndef DYNAMIC_RELOAD_OS_UNLOADING_H_
#define DYNAMIC_RELOAD_OS_UNLOADING_H_

#include <memory>
#include <string>

#include "os/image_traits.h"
#include "os/resident_reason.h"

namespace dynamic_reload {

enum class ThreadsInside { kNone, kSome, kUnknown };

// Whether a thread executes in the library at `path`; unknown when the system does not let us find
// out, or when a thread was just made and may be on its way there.
//
// Of the libraries that it depends on, each that a thread executes in is made to stay for good: it
// could go together with this one. The threads of an OpenMP runtime wait there for more work.
ThreadsInside FindThreadsInside(const std::string& path);

// The same, after a wait of at most 40 ms for threads to show where they are.
ThreadsInside FindStartedThreadsInside(const std::string& path);

// Whether anything else that is loaded asks for the library at `path`.
bool HasDependents(const std::string& path);

// Keeps a library from going while it exists.
using LibraryHold = std::shared_ptr<void>;

// Null when nothing is loaded from `path`.
LibraryHold HoldLoaded(const std::string& path);

// Makes the library that was loaded from `path` stay for good.
void KeepLoaded(const std::string& path);

// Asks the loader.
bool IsLoaded(const std::string& path);

// REQUIRES: it was closed, and is still loaded
ResidentReasons WhyResident(const std::string& path, const ImageTraits& traits);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_UNLOADING_H_
