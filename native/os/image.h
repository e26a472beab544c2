// What a library file says about itself, read without loading it.

#ifndef DYNAMIC_RELOAD_OS_IMAGE_H_
#define DYNAMIC_RELOAD_OS_IMAGE_H_

#include <string>

#include "os/file.h"

namespace dynamic_reload {

enum class ImageState {
  kWhole,
  kIncomplete,  // Truncated, half written, or no image at all. Loading it may kill the process.
  kForeign,  // For another machine, or not a library. Whole or not, the loader refuses it safely.
};

struct ImageCheck {
  ImageState state;
  std::string reason;  // What is missing; empty when whole.
};

// Reads headers only. The loader checks next to nothing: dlopen() of a truncated library maps it
// and touches pages that do not exist.
ImageCheck CheckImage(const File& file);

// Whether both files load as the same code and data. What is never loaded (section headers, symbol
// table, debug information) may differ, so a library that was stripped is still the same; and so is
// one that was patched (image_patch.h).
// REQUIRES: both are whole
bool SameImage(const File& one, const File& other);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_IMAGE_H_
