// What happens in one directory of Windows.

#ifndef DYNAMIC_RELOAD_OS_DIRECTORY_READER_H_
#define DYNAMIC_RELOAD_OS_DIRECTORY_READER_H_

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "os/unique_handle.h"
#include "os/windows_api.h"

namespace dynamic_reload {

// Asks with ReadDirectoryChangesW() all the time. The system writes into it as long as a question
// is open: who closes one has to keep it until the answer came. Answers go to a completion port,
// with the address of the reader as their key. Not thread-safe.
class DirectoryReader {
 public:
  struct Change {
    DWORD action;  // FILE_ACTION_ADDED and so on.
    std::wstring name;
  };
  struct Report {
    bool is_lost = false;  // There were more changes than fit, and what they were is unknown.
    bool is_gone = false;  // The directory was deleted, or gives no answers any more.
    std::vector<Change> changes;
  };

  // Every change from now on will be reported.
  static Result<std::unique_ptr<DirectoryReader>> Open(const std::string& directory, HANDLE port);

  const std::string& directory() const { return directory_; }

  // Takes an answer, and asks again.
  Report Take(bool succeeded, DWORD size);

  // Asks no more. Others can delete and move the directory now.
  void Close();

  // Whether the last answer has come, so that this may be destroyed.
  bool is_idle() const { return !is_asking_; }

 private:
  DirectoryReader(std::string directory, UniqueFile handle)
      : directory_(std::move(directory)), handle_(std::move(handle)) {}

  bool Ask();

  const std::string directory_;
  UniqueFile handle_;
  bool is_asking_ = false;
  OVERLAPPED overlapped_{};
  alignas(DWORD) std::array<unsigned char, 32768> buffer_{};
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_DIRECTORY_READER_H_
