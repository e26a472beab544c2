// One loaded copy of a shared library.

#ifndef DYNAMIC_RELOAD_OS_DYNAMIC_LIBRARY_H_
#define DYNAMIC_RELOAD_OS_DYNAMIC_LIBRARY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "os/image_traits.h"
#include "os/loaded_objects.h"
#include "os/resident_reason.h"

namespace dynamic_reload {

// Owns a dlopen()/LoadLibrary() handle. Not thread-safe.
//
// Opening runs the library's initialisers and closing runs its finalisers: both are calls into code
// that this process does not control.
class DynamicLibrary {
 public:
  // `path` is absolute and in UTF-8, or a bare name that the system's loader searches for. `flags`
  // are those of dlopen(3); without them every symbol is bound now, so that a library which cannot
  // work fails here and not in the middle of a call, and nothing is shared with other libraries. On
  // Windows they are those of LoadLibraryExW().
  //
  // `original_path` is what `path` is a copy of; empty when it is none. Windows searches its
  // directory for what the library depends on, and then those of PATH. Elsewhere the copy itself
  // says where to search (NameChanges::origin).
  static Result<DynamicLibrary> Open(const std::string& path, std::optional<int> flags,
                                     const std::string& original_path = "");

  DynamicLibrary(DynamicLibrary&& other) noexcept;
  DynamicLibrary& operator=(DynamicLibrary&& other) noexcept;

  // Closes it, as Close() does, if that was not done. With a thread inside it stays until the
  // thread is gone and another library is closed: os/left_libraries.h.
  ~DynamicLibrary();

  // Gives the library back to the system, unless a thread executes in it, and asks whether it went.
  // If not, says why: then nothing else may be called but this, which tries again. Nothing happens
  // once it is gone.
  ResidentReasons Close();

  // Gives the handle to the returned object, for somebody else to close. To this one it is as if
  // Close() had left it loaded. Calls nothing of the system.
  DynamicLibrary HandOver();

  // Gives the library back without a look at what becomes of it.
  // REQUIRES: somebody has another handle of it, so that it stays
  void GiveBack();

  // What its file says. Read when first asked for, so that nobody waits for it who does not need
  // it; nothing is known of a file that is gone by then.
  const ImageTraits& Traits();

  // Whether its thread-local variables are in the memory that every thread begins with, of which
  // there is little. Asked before every reload, so this takes no look at the file.
  bool HasStaticTls() const;

  // The address of a symbol that the library itself exports; null when there is none. The system
  // would also look in the libraries it depends on, so that a forgotten `remove` becomes the one of
  // libc. Only a library that the system's loader searched for may have its symbols elsewhere: the
  // names of many system libraries are mere doors to libc. A symbol whose value is null counts as
  // missing. The address is good until this object is destroyed.
  void* Find(const std::string& symbol) const;

  // What the library itself would call by this name: its own, the program's, or one of a library
  // that it depends on. Programs may bring their own malloc() and free().
  void* FindAnywhere(const std::string& symbol) const;

  // The same for a variable. Programs that are linked to fixed addresses have copies of the
  // variables that they use of system libraries (R_X86_64_COPY), and those are the ones that
  // everybody uses.
  void* FindVariable(const std::string& symbol) const;

  // Whether something of the library is there: its code, its constants, its variables.
  bool Contains(uintptr_t address) const { return range_.Contains(address); }

  // Where the system's loader found the file.
  const std::string& LoadedPath() const { return path_; }

 private:
  DynamicLibrary(void* handle, bool searched, bool kept);

  // A handle of what was loaded from there; null when it is not loaded.
  static void* OpenLoaded(const std::string& path);
  static void CloseHandle(void* handle);

  bool Owns(const void* address, const std::string& symbol) const;
  bool IsInUseByThread();

  void* handle_;  // HMODULE on Windows. Null after a move, and once given back.
  bool searched_;
  bool kept_;         // By a flag it was opened with, whatever its file says.
  std::string path_;  // Empty after a move, and once gone.
  AddressRange range_;
  std::optional<ImageTraits> traits_;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_DYNAMIC_LIBRARY_H_
