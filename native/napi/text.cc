#include "napi/text.h"

#include <cstdint>
#include <cstring>
#include <string>

namespace dynamic_reload {

namespace {

// UTF-8 is copied up to a whole character, so less than this much room may be left in a full
// buffer.
constexpr size_t kLongestCharacter = 4;

std::u16string FromUtf32(const char32_t* text) {
  constexpr char32_t kFirstBeyond = 0x10000;
  constexpr char32_t kLast = 0x10ffff;
  std::u16string units;
  for (; *text != 0; ++text) {
    if (*text < kFirstBeyond) {
      units.push_back(static_cast<char16_t>(*text));
    } else if (*text > kLast) {
      units.push_back(0xfffd);
    } else {
      const char32_t bits = *text - kFirstBeyond;
      units.push_back(static_cast<char16_t>(0xd800 + (bits >> 10)));
      units.push_back(static_cast<char16_t>(0xdc00 + (bits & 0x3ff)));
    }
  }
  return units;
}

}  // namespace

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): clearing takes longer than copying.
TextArgument::TextArgument(napi_env env, napi_value value) {
  napi_get_value_string_utf8(env, value, inside_, sizeof inside_, &size_);
  if (size_ + kLongestCharacter >= sizeof inside_) CopyLong(env, value);
  has_nul_ = view().find('\0') != std::string_view::npos;
}

void TextArgument::CopyLong(napi_env env, napi_value value) {
  napi_get_value_string_utf8(env, value, nullptr, 0, &size_);
  Reserve(size_);
  napi_get_value_string_utf8(env, value, data_, size_ + 1, &size_);
}

void TextArgument::Reserve(size_t size) {
  if (size < sizeof inside_) return;
  outside_ = std::make_unique<char[]>(size + 1);
  data_ = outside_.get();
}

void TextArgument::Copy(const std::string& text) {
  Reserve(text.size());
  std::memcpy(data_, text.c_str(), text.size() + 1);
}

void KeptText::Set(const TextArgument& text) {
  const bool has_room = text.size() < sizeof inside_;
  if (has_room) std::memcpy(inside_, text.view().data(), text.size() + 1);
  longer_ = has_room ? std::string_view() : text.view();
  size_ = text.size();
  has_nul_ = text.has_nul();
}

napi_value ReadText(napi_env env, const void* address, size_t unit) {
  napi_value value = nullptr;
  if (address == nullptr) {
    napi_get_null(env, &value);
  } else if (unit == sizeof(char)) {
    napi_create_string_utf8(env, static_cast<const char*>(address), NAPI_AUTO_LENGTH, &value);
  } else if (unit == sizeof(char16_t)) {
    napi_create_string_utf16(env, static_cast<const char16_t*>(address), NAPI_AUTO_LENGTH, &value);
  } else {
    const std::u16string text = FromUtf32(static_cast<const char32_t*>(address));
    napi_create_string_utf16(env, text.data(), text.size(), &value);
  }
  return value;
}

}  // namespace dynamic_reload
