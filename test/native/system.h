// What tests ask of the system that the standard library has no words for.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_SYSTEM_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_SYSTEM_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace dynamic_reload::test {

// Makes a directory that only this user can enter.
void MakePrivateDirectory(const std::string& path);

// Where in the bytes of a library its code begins.
size_t CodeOffset(const std::string& library);

// Somebody who has a file open.
class OpenFile {
 public:
  enum class Mode { kRead, kWrite };

  // Lets others do with the file what they want.
  OpenFile(const std::string& path, Mode mode);
  ~OpenFile() { Close(); }

  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  void Close();

 private:
  intptr_t file_;  // -1 once closed.
};

// Writable memory of the first page of a file that is closed again, as linkers use.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  ~MappedFile();

  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

 private:
  void* memory_;
};

// A library that somebody else than the code under test has loaded.
class OtherHandle {
 public:
  explicit OtherHandle(const std::string& path);
  ~OtherHandle() { Close(); }

  OtherHandle(const OtherHandle&) = delete;
  OtherHandle& operator=(const OtherHandle&) = delete;

  void Close();

 private:
  void* handle_;
};

// A thread that the system starts with this very function.
class SystemThread {
 public:
  SystemThread(void* (*function)(void*), void* argument);
  ~SystemThread();  // Waits for its end.

  SystemThread(const SystemThread&) = delete;
  SystemThread& operator=(const SystemThread&) = delete;

 private:
  uintptr_t thread_;
};

// Whether this is no Windows, but wine. Says then that a test is left out, and why.
bool IsLeftOutUnderWine(const char* reason);

}  // namespace dynamic_reload::test

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_SYSTEM_H_
