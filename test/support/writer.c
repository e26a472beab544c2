// Writes files the way the tools of other people do, for tests: a process of its own, slow on
// purpose, so that a reader has every chance to look at a file that is not finished.
//
//   writer cp        SOURCE TARGET MS   truncates the target and writes it from front to back
//   writer overwrite SOURCE TARGET MS   the same without truncating it first
//   writer ld        SOURCE TARGET MS   GNU ld: unlinks it, writes it in place, its headers late
//   writer gold      SOURCE TARGET MS   unlinks it, reserves it, fills it in through a mapping
//   writer lld       SOURCE TARGET MS   fills in another file, renames it while it is still open
//   writer unnamed   SOURCE TARGET MS   a file without a name gets one while it is still open
//   writer exchange  ONE OTHER          two directories or files change places at once
//   writer hammer    TARGET COUNT       opens it for writing and closes it, over and over
//   writer create    DIRECTORY COUNT    makes that many empty files in a directory
//   writer flood     DIRECTORY MS       renames copies of v1.so and v2.so to lib.so, in turns
//
// MS is how long it takes. Leaves with status 1 and a message when a system call fails.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { kPieces = 20, kExchange = 2 };  // RENAME_EXCHANGE; older C libraries do not name it.

typedef struct {
  const char* target;
  const char* bytes;
  size_t size;
  unsigned pause;  // Microseconds between two pieces.
} Job;

static long check(long result, const char* call) {
  if (result >= 0) return result;
  perror(call);
  exit(1);
}

static Job read_source(const char* path) {
  const int fd = (int)check(open(path, O_RDONLY | O_CLOEXEC), path);
  struct stat status;
  check(fstat(fd, &status), "fstat");
  const size_t size = (size_t)status.st_size;
  char* bytes = malloc(size);
  if (bytes == NULL || read(fd, bytes, size) != (ssize_t)size) check(-1, "read");
  close(fd);
  return (Job){.bytes = bytes, .size = size};
}

static Job read_job(char** arguments) {
  Job job = read_source(arguments[2]);
  job.target = arguments[3];
  job.pause = (unsigned)atoi(arguments[4]) * 1000 / kPieces;
  return job;
}

static size_t start_of(const Job* job, int piece) { return job->size * (size_t)piece / kPieces; }

static void write_piece(const Job* job, int fd, int piece) {
  const size_t start = start_of(job, piece);
  const size_t size = start_of(job, piece + 1) - start;
  check(pwrite(fd, job->bytes + start, size, (off_t)start), "pwrite");
  usleep(job->pause);
}

static void write_from_front(const Job* job, int fd) {
  for (int piece = 0; piece < kPieces; piece++) write_piece(job, fd, piece);
}

static void copy(const Job* job, int flags) {
  const int fd = (int)check(open(job->target, O_WRONLY | O_CREAT | flags, 0755), job->target);
  write_from_front(job, fd);
  check(ftruncate(fd, (off_t)job->size), "ftruncate");
  close(fd);
}

// Whole for a reader from the moment the headers are there, but not yet closed.
static void write_like_ld(const Job* job) {
  unlink(job->target);
  const int fd = (int)check(open(job->target, O_RDWR | O_CREAT | O_TRUNC, 0644), job->target);
  for (int piece = 1; piece < kPieces; piece++) write_piece(job, fd, piece);
  write_piece(job, fd, 0);
  write_piece(job, fd, kPieces - 1);
  close(fd);
  check(chmod(job->target, 0755), "chmod");
}

static void fill_mapping(const Job* job, int fd) {
  char* map = mmap(NULL, job->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) check(-1, "mmap");
  for (int piece = kPieces - 1; piece >= 0; piece--) {
    const size_t start = start_of(job, piece);
    memcpy(map + start, job->bytes + start, start_of(job, piece + 1) - start);
    usleep(job->pause);
  }
  check(munmap(map, job->size), "munmap");
}

// Has its final size from the start.
static void write_like_gold(const Job* job) {
  unlink(job->target);
  const int fd = (int)check(open(job->target, O_RDWR | O_CREAT | O_TRUNC, 0755), job->target);
  errno = posix_fallocate(fd, 0, (off_t)job->size);
  check(-errno, "posix_fallocate");
  fill_mapping(job, fd);
  close(fd);
}

static void write_like_lld(const Job* job) {
  char temporary[PATH_MAX];
  snprintf(temporary, sizeof temporary, "%s.tmp", job->target);
  unlink(job->target);
  const int fd = (int)check(open(temporary, O_RDWR | O_CREAT | O_TRUNC, 0755), temporary);
  check(ftruncate(fd, (off_t)job->size), "ftruncate");
  check(rename(temporary, job->target), "rename");
  fill_mapping(job, fd);
  close(fd);
}

// Once named, nothing but its creation is reported in the directory.
static void write_unnamed(const Job* job) {
  char directory[PATH_MAX];
  char self[64];
  snprintf(directory, sizeof directory, "%s", job->target);
  const int fd = (int)check(open(dirname(directory), O_TMPFILE | O_RDWR, 0755), "O_TMPFILE");
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  for (int piece = 0; piece < kPieces / 2; piece++) write_piece(job, fd, piece);
  check(linkat(AT_FDCWD, self, AT_FDCWD, job->target, AT_SYMLINK_FOLLOW), "linkat");
  for (int piece = kPieces / 2; piece < kPieces; piece++) write_piece(job, fd, piece);
  close(fd);
}

static void exchange(char** arguments) {
  check(syscall(SYS_renameat2, AT_FDCWD, arguments[2], AT_FDCWD, arguments[3], kExchange),
        "renameat2");
}

static void hammer(char** arguments) {
  const int count = atoi(arguments[3]);
  for (int i = 0; i < count; i++) close((int)check(open(arguments[2], O_RDWR), arguments[2]));
}

static void create(char** arguments) {
  const int count = atoi(arguments[3]);
  char name[PATH_MAX];
  for (int i = 0; i < count; i++) {
    snprintf(name, sizeof name, "%s/unrelated-%d", arguments[2], i);
    close((int)check(open(name, O_WRONLY | O_CREAT, 0644), name));
  }
}

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void flood(char** arguments) {
  check(chdir(arguments[2]), arguments[2]);
  const Job versions[] = {read_source("v1.so"), read_source("v2.so")};
  const long end = milliseconds() + atoi(arguments[3]);
  for (int i = 0; milliseconds() < end; i++) {
    const Job* job = &versions[i % 2];
    const int fd = (int)check(open("flood.so", O_WRONLY | O_CREAT | O_TRUNC, 0755), "flood.so");
    check(write(fd, job->bytes, job->size), "write");
    close(fd);
    check(rename("flood.so", "lib.so"), "rename");
  }
}

static void copy_truncated(const Job* job) { copy(job, O_TRUNC); }
static void copy_over(const Job* job) { copy(job, 0); }

static const struct {
  const char* name;
  void (*run)(char** arguments);  // One of these two.
  void (*write)(const Job* job);
} kModes[] = {
    {"cp", NULL, copy_truncated},  {"overwrite", NULL, copy_over},
    {"ld", NULL, write_like_ld},   {"gold", NULL, write_like_gold},
    {"lld", NULL, write_like_lld}, {"unnamed", NULL, write_unnamed},
    {"exchange", exchange, NULL},  {"hammer", hammer, NULL},
    {"create", create, NULL},      {"flood", flood, NULL},
};

int main(int count, char** arguments) {
  for (size_t i = 0; i < sizeof kModes / sizeof *kModes; i++) {
    if (count < 2 || strcmp(kModes[i].name, arguments[1]) != 0) continue;
    if (kModes[i].run != NULL && count == 4) {
      kModes[i].run(arguments);
      return 0;
    }
    if (kModes[i].write != NULL && count == 5) {
      const Job job = read_job(arguments);
      kModes[i].write(&job);
      return 0;
    }
  }
  fprintf(stderr, "wrong arguments\n");
  return 2;
}
