// What the watcher thread notices, decides and does, for whoever wants to know.

#ifndef DYNAMIC_RELOAD_BASE_TRACE_H_
#define DYNAMIC_RELOAD_BASE_TRACE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace dynamic_reload {

struct TraceEntry {
  enum class Kind { kEvent, kDecision, kPhase };

  Kind kind = Kind::kEvent;
  // The library, or the watch of one of its dependencies; 0: all of them.
  uint32_t subject = 0;
  const char* what = "";  // A word of TraceEvent in lib/trace-events.ts.
  std::string detail;
};

// As binding.d.ts has them.
const char* NameOf(TraceEntry::Kind kind);

class TraceSubject;

// While nobody reads, an entry costs the test of one number: its parts are put together afterwards.
class Trace {
 public:
  using Sink = std::function<void(TraceEntry)>;

  // `sink` is called by the thread that makes the entry.
  explicit Trace(Sink sink) : sink_(std::move(sink)) {}

  // Any thread.
  void AddReader() { readers_.fetch_add(1, std::memory_order_relaxed); }
  void RemoveReader() { readers_.fetch_sub(1, std::memory_order_relaxed); }
  bool on() const { return readers_.load(std::memory_order_relaxed) > 0; }

  void Write(TraceEntry entry) const { sink_(std::move(entry)); }

  // The trace must outlive what this returns.
  TraceSubject Of(uint32_t subject) const;
  TraceSubject OfAll() const;

 private:
  const Sink sink_;
  std::atomic<int> readers_{0};
};

// Writes what concerns one subject. The details are strings, numbers, durations, and functions
// without arguments that return one of these, in the order in which they are to be read.
class TraceSubject {
 public:
  // Writes nothing.
  TraceSubject() = default;

  TraceSubject(const Trace* trace, uint32_t subject) : trace_(trace), subject_(subject) {}

  // What the system, or a look at the file, reported.
  template <typename... Parts>
  void Event(const char* what, const Parts&... parts) const {
    if (on()) Write(TraceEntry::Kind::kEvent, what, parts...);
  }

  // What is done about it. `parts` are the reason.
  template <typename... Parts>
  void Decision(const char* what, const Parts&... parts) const {
    if (on()) Write(TraceEntry::Kind::kDecision, what, parts...);
  }

  // What was done.
  template <typename... Parts>
  void Phase(const char* what, const Parts&... parts) const {
    if (on()) Write(TraceEntry::Kind::kPhase, what, parts...);
  }

 private:
  bool on() const { return trace_ != nullptr && trace_->on(); }

  template <typename... Parts>
  void Write(TraceEntry::Kind kind, const char* what, const Parts&... parts) const {
    TraceEntry entry{kind, subject_, what, {}};
    (Append(entry.detail, parts), ...);
    trace_->Write(std::move(entry));
  }

  static void Append(std::string& text, std::string_view part) { text.append(part); }
  static void Append(std::string& text, std::chrono::nanoseconds part);
  template <typename Part>
  static std::enable_if_t<std::is_integral_v<Part>> Append(std::string& text, Part part) {
    text.append(std::to_string(part));
  }
  template <typename Part>
  static std::enable_if_t<std::is_invocable_v<Part>> Append(std::string& text, const Part& part) {
    Append(text, part());
  }

  const Trace* trace_ = nullptr;
  uint32_t subject_ = 0;
};

inline TraceSubject Trace::Of(uint32_t subject) const { return {this, subject}; }
inline TraceSubject Trace::OfAll() const { return {this, 0}; }

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_BASE_TRACE_H_
