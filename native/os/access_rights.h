// Who may enter a directory of Windows.

#ifndef DYNAMIC_RELOAD_OS_ACCESS_RIGHTS_H_
#define DYNAMIC_RELOAD_OS_ACCESS_RIGHTS_H_

#include <string>

#include "os/windows_api.h"

namespace dynamic_reload {

// Makes a directory that only this user can enter, and the system. Returns whether that worked; if
// not, GetLastError() tells why.
bool MakePrivateDirectory(const std::wstring& path);

// Whether it is such a one, and this user's. `directory` is open with READ_CONTROL.
bool IsPrivateDirectory(HANDLE directory);

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_ACCESS_RIGHTS_H_
