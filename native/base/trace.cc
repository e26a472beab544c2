#include "base/trace.h"

#include <cstdio>

namespace dynamic_reload {

void TraceSubject::Append(std::string& text, std::chrono::nanoseconds part) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.2f ms", static_cast<double>(part.count()) / 1e6);
  text.append(buffer);
}

}  // namespace dynamic_reload
