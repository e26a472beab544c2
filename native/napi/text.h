// Text of C: as an argument, and as JavaScript reads it.

#ifndef DYNAMIC_RELOAD_NAPI_TEXT_H_
#define DYNAMIC_RELOAD_NAPI_TEXT_H_

#include <node_api.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace dynamic_reload {

class TextArgument;

// A text that is expected to come again.
class KeptText {
 public:
  void Set(const TextArgument& text);

 private:
  friend class TextArgument;

  // Copied as a whole, which takes less time than to copy as much as there is.
  char inside_[64] = {};
  std::string longer_;  // Empty while `inside_` has room.
  size_t size_ = 0;
  bool has_nul_ = false;
};

// A JavaScript string as UTF-8 that ends with a NUL. Valid as long as this object, wherever C or a
// nested call may write.
class TextArgument {
 public:
  TextArgument(napi_env env, napi_value value);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): clearing takes longer than copying.
  explicit TextArgument(const KeptText& kept) : size_(kept.size_), has_nul_(kept.has_nul_) {
    if (kept.longer_.empty()) {
      std::memcpy(inside_, kept.inside_, sizeof kept.inside_);
    } else {
      Copy(kept.longer_);
    }
  }

  TextArgument(const TextArgument&) = delete;
  TextArgument& operator=(const TextArgument&) = delete;

  char* data() { return data_; }
  size_t size() const { return size_; }
  std::string_view view() const { return {data_, size_}; }
  // C would see a shorter text than JavaScript does.
  bool has_nul() const { return has_nul_; }

 private:
  void CopyLong(napi_env env, napi_value value);
  void Reserve(size_t size);
  void Copy(const std::string& text);

  char inside_[512];
  std::unique_ptr<char[]> outside_;
  char* data_ = inside_;
  size_t size_ = 0;
  bool has_nul_ = false;
};

// What ends with a NUL at `address`; null for address 0. `unit` is the size of a character: 1 for
// UTF-8, 2 for UTF-16, 4 for UTF-32.
napi_value ReadText(napi_env env, const void* address, size_t unit);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_TEXT_H_
