#include <memory>
#include <vector>

#include "os/access_rights.h"

// Behind <windows.h>, without which they do not compile.
#include <aclapi.h>
#include <sddl.h>

namespace dynamic_reload {

namespace {

struct FreeLocal {
  void operator()(void* memory) const { LocalFree(memory); }
};
template <typename T>
using LocalMemory = std::unique_ptr<T, FreeLocal>;

// A structure that begins with a SID, TOKEN_USER or TOKEN_OWNER; empty when the system does not
// tell.
std::vector<char> ReadToken(TOKEN_INFORMATION_CLASS what) {
  HANDLE token = nullptr;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) == 0) return {};
  DWORD size = 0;
  GetTokenInformation(token, what, nullptr, 0, &size);
  std::vector<char> information(size);
  if (GetTokenInformation(token, what, information.data(), size, &size) == 0) information.clear();
  CloseHandle(token);
  return information;
}

// Null when there is none.
PSID SidIn(std::vector<char>& information) {
  return information.empty() ? nullptr : *reinterpret_cast<PSID*>(information.data());
}

// "SECURITY_DESCRIPTOR" in words: nothing is inherited from the parent; this user and the system
// may do everything, also with what will be made inside.
std::wstring OnlyThisUser() {
  std::vector<char> user = ReadToken(TokenUser);
  wchar_t* text = nullptr;
  if (user.empty() || ConvertSidToStringSidW(SidIn(user), &text) == 0) return L"";
  const LocalMemory<wchar_t> owned(text);
  return std::wstring(L"D:P(A;OICI;FA;;;") + text + L")(A;OICI;FA;;;SY)";
}

// A program that runs as an administrator makes files that belong to all of them.
bool IsThisUser(PSID sid) {
  std::vector<char> user = ReadToken(TokenUser);
  std::vector<char> owner = ReadToken(TokenOwner);
  return (!user.empty() && EqualSid(sid, SidIn(user)) != 0) ||
         (!owner.empty() && EqualSid(sid, SidIn(owner)) != 0);
}

// Those who may do everything anyway.
bool IsSystem(PSID sid) {
  return IsWellKnownSid(sid, WinLocalSystemSid) != 0 ||
         IsWellKnownSid(sid, WinBuiltinAdministratorsSid) != 0;
}

bool AllowsOnlyThisUser(PACL list) {
  for (DWORD index = 0; index < list->AceCount; ++index) {
    void* entry = nullptr;
    if (GetAce(list, index, &entry) == 0) return false;
    auto* const allowed = static_cast<ACCESS_ALLOWED_ACE*>(entry);
    if (allowed->Header.AceType == ACCESS_DENIED_ACE_TYPE) continue;
    if (allowed->Header.AceType != ACCESS_ALLOWED_ACE_TYPE) return false;
    if (allowed->Mask == 0) continue;
    PSID const sid = &allowed->SidStart;
    if (!IsThisUser(sid) && !IsSystem(sid)) return false;
  }
  return true;
}

}  // namespace

bool MakePrivateDirectory(const std::wstring& path) {
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (ConvertStringSecurityDescriptorToSecurityDescriptorW(OnlyThisUser().c_str(), SDDL_REVISION_1,
                                                           &descriptor, nullptr) == 0) {
    return false;
  }
  SECURITY_ATTRIBUTES attributes{sizeof attributes, descriptor, FALSE};
  const bool made = CreateDirectoryW(path.c_str(), &attributes) != 0;
  const DWORD number = GetLastError();
  LocalFree(descriptor);
  SetLastError(number);
  return made;
}

bool IsPrivateDirectory(HANDLE directory) {
  PSID owner = nullptr;
  PACL list = nullptr;
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  if (GetSecurityInfo(directory, SE_FILE_OBJECT,
                      OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &owner, nullptr,
                      &list, nullptr, &descriptor) != ERROR_SUCCESS) {
    return false;
  }
  const LocalMemory<void> owned(descriptor);
  // Without a list everybody may do everything.
  return owner != nullptr && list != nullptr && IsThisUser(owner) && AllowsOnlyThisUser(list);
}

}  // namespace dynamic_reload
