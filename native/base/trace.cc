#include "base/trace.h"

#include <cstdio>

namespace dynamic_reload {

const char* NameOf(TraceEntry::Kind kind) {
  switch (kind) {
    case TraceEntry::Kind::kEvent:
      return "event";
    case TraceEntry::Kind::kDecision:
      return "decision";
    case TraceEntry::Kind::kPhase:
      return "phase";
  }
  return "";
}

void TraceSubject::Append(std::string& text, std::chrono::nanoseconds part) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.2f ms", static_cast<double>(part.count()) / 1e6);
  text.append(buffer);
}

}  // namespace dynamic_reload
