#include <utility>

#include "os/directory_reader.h"
#include "os/last_error.h"
#include "os/wide_text.h"

namespace dynamic_reload {

namespace {

// Not attributes: most of what changes them is no news. A change of size or of the time of the last
// write is what a writer leaves, some of it as late as it closes the file.
constexpr DWORD kFilter = FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME |
                          FILE_NOTIFY_CHANGE_SIZE | FILE_NOTIFY_CHANGE_LAST_WRITE |
                          FILE_NOTIFY_CHANGE_CREATION;

std::vector<DirectoryReader::Change> ChangesIn(const unsigned char* buffer, DWORD size) {
  std::vector<DirectoryReader::Change> changes;
  for (DWORD offset = 0; offset < size;) {
    const auto* entry = reinterpret_cast<const FILE_NOTIFY_INFORMATION*>(buffer + offset);
    changes.push_back(
        {entry->Action, std::wstring(entry->FileName, entry->FileNameLength / sizeof(wchar_t))});
    if (entry->NextEntryOffset == 0) break;
    offset += entry->NextEntryOffset;
  }
  return changes;
}

}  // namespace

Result<std::unique_ptr<DirectoryReader>> DirectoryReader::Open(const std::string& directory,
                                                               HANDLE port) {
  constexpr DWORD kShareAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  UniqueFile handle(reinterpret_cast<intptr_t>(
      CreateFileW(WidePath(directory).c_str(), FILE_LIST_DIRECTORY, kShareAll, nullptr,
                  OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, nullptr)));
  if (!handle.valid()) return LastError(ErrorCode::kWatch, "CreateFileW", directory);
  std::unique_ptr<DirectoryReader> reader(new DirectoryReader(directory, std::move(handle)));
  const auto raw = reinterpret_cast<HANDLE>(reader->handle_.get());
  const auto key = reinterpret_cast<ULONG_PTR>(reader.get());
  if (CreateIoCompletionPort(raw, port, key, 0) == nullptr) {
    return LastError(ErrorCode::kWatch, "CreateIoCompletionPort", directory);
  }
  if (!reader->Ask()) return LastError(ErrorCode::kWatch, "ReadDirectoryChangesW", directory);
  return reader;
}

bool DirectoryReader::Ask() {
  is_asking_ = ReadDirectoryChangesW(reinterpret_cast<HANDLE>(handle_.get()), buffer_.data(),
                                     static_cast<DWORD>(buffer_.size()), /*subtree=*/FALSE, kFilter,
                                     nullptr, &overlapped_, nullptr) != 0;
  return is_asking_;
}

DirectoryReader::Report DirectoryReader::Take(bool succeeded, DWORD size) {
  is_asking_ = false;
  Report report;
  if (!handle_.valid()) return report;
  report.is_lost = succeeded && size == 0;
  if (succeeded) report.changes = ChangesIn(buffer_.data(), size);
  report.is_gone = !succeeded || !Ask();
  return report;
}

void DirectoryReader::Close() {
  if (!handle_.valid()) return;
  CancelIoEx(reinterpret_cast<HANDLE>(handle_.get()), &overlapped_);
  handle_ = UniqueFile();
}

}  // namespace dynamic_reload
