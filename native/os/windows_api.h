// <windows.h>, without those of its macros that would rename functions of ours.

#ifndef DYNAMIC_RELOAD_OS_WINDOWS_API_H_
#define DYNAMIC_RELOAD_OS_WINDOWS_API_H_

#include <windows.h>

#undef CopyFile
#undef ReplaceFile

#endif  // DYNAMIC_RELOAD_OS_WINDOWS_API_H_
