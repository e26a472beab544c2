#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "test/native/check.h"
#include "test/native/elf_bytes.h"
#include "test/native/system.h"

namespace dynamic_reload::test {
namespace {

constexpr size_t kPage = 4096;

}  // namespace

void MakePrivateDirectory(const std::string& path) { CHECK_EQ(mkdir(path.c_str(), 0700), 0); }

size_t CodeOffset(const std::string& library) {
  return ElfBytes(library).Section(".text").sh_offset;
}

OpenFile::OpenFile(const std::string& path, Mode mode)
    : file_(open(path.c_str(), (mode == Mode::kRead ? O_RDONLY : O_WRONLY) | O_CLOEXEC)) {
  CHECK(file_ >= 0);
}

void OpenFile::Close() {
  if (file_ >= 0) close(static_cast<int>(std::exchange(file_, -1)));
}

MappedFile::MappedFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  CHECK(file >= 0);
  memory_ = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  CHECK(memory_ != MAP_FAILED);
  close(file);
}

MappedFile::~MappedFile() { munmap(memory_, kPage); }

OtherHandle::OtherHandle(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW)) {
  CHECK(handle_ != nullptr);
}

void OtherHandle::Close() {
  if (handle_ != nullptr) dlclose(std::exchange(handle_, nullptr));
}

SystemThread::SystemThread(void* (*function)(void*), void* argument) {
  pthread_t thread;
  CHECK_EQ(pthread_create(&thread, nullptr, function, argument), 0);
  thread_ = static_cast<uintptr_t>(thread);
}

SystemThread::~SystemThread() { pthread_join(static_cast<pthread_t>(thread_), nullptr); }

bool IsLeftOutUnderWine(const char* /*reason*/) { return false; }

}  // namespace dynamic_reload::test
