// Text as Windows takes and gives it: UTF-16. Everywhere else it is UTF-8.

#ifndef DYNAMIC_RELOAD_OS_WIDE_TEXT_H_
#define DYNAMIC_RELOAD_OS_WIDE_TEXT_H_

#include <string>
#include <string_view>

namespace dynamic_reload {

// What is no valid text becomes U+FFFD, either way.
std::wstring Utf16(std::string_view text);
std::string Utf8(std::wstring_view text);

// The absolute path, with backslashes only. One that is longer than programs are allowed to use
// gets the prefix `\\?\`, with which it may have 32,767 characters: "Maximum Path Length
// Limitation" in the documentation of Windows.
std::wstring WidePath(const std::string& path);

// The way back, without that prefix.
std::string Utf8Path(std::wstring_view path);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_WIDE_TEXT_H_
