// Something of the system's that closes itself.

#ifndef DYNAMIC_RELOAD_OS_UNIQUE_HANDLE_H_
#define DYNAMIC_RELOAD_OS_UNIQUE_HANDLE_H_

#include <cstdint>
#include <utility>

namespace dynamic_reload {

// `kNone` stands for nothing. `Close` is not told of errors: who must know of one calls release()
// and closes it there.
template <typename Value, Value kNone, void (*Close)(Value)>
class UniqueHandle {
 public:
  explicit UniqueHandle(Value value = kNone) : value_(value) {}
  UniqueHandle(UniqueHandle&& other) noexcept : value_(std::exchange(other.value_, kNone)) {}
  UniqueHandle& operator=(UniqueHandle&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~UniqueHandle() {
    if (valid()) Close(value_);
  }

  Value get() const { return value_; }
  bool valid() const { return value_ != kNone; }

  // For a call that takes it over.
  Value release() { return std::exchange(value_, kNone); }

 private:
  Value value_;
};

// A file or directory that is open: a descriptor, or on Windows a HANDLE.
void CloseFile(intptr_t file);
using UniqueFile = UniqueHandle<intptr_t, -1, CloseFile>;

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_UNIQUE_HANDLE_H_
