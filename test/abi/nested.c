// Functions that call back, each with something to lose meanwhile.

#include <pthread.h>
#include <stdint.h>
#include <string.h>

typedef int32_t (*Visit)(int32_t value);

struct Point {
  double x;
  double y;
};

int32_t visit(Visit callback, int32_t value) { return callback(value) + 1; }

// Through so many frames of C.
int32_t frames_left;
int32_t visit_deep(Visit callback, int32_t depth) {
  const int32_t result = depth == 0 ? callback(0) : visit_deep(callback, depth - 1);
  ++frames_left;
  return result;
}

int64_t visit_often(Visit callback, int64_t count) {
  int64_t sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += callback((int32_t)i);
  return sum;
}

int32_t visit_both(Visit one, Visit other, int32_t value) { return one(other(value)); }

struct Point add_points(struct Point one, struct Point other) {
  return (struct Point){one.x + other.x, one.y + other.y};
}

int64_t add_numbers(int32_t one, int64_t other) { return one + other; }

int32_t length_of(const char* text) { return (int32_t)strlen(text); }

// Uses its arguments only after the callback has run.
struct Point visit_first(Visit callback, struct Point point, const char* text,
                         const int32_t* numbers, int64_t* result) {
  const int32_t visited = callback(1);
  *result = numbers[0] + numbers[1];
  return (struct Point){point.x + (double)strlen(text), point.y + visited};
}

void ignore(void* callback) { (void)callback; }

enum { kThreads = 4 };

struct Work {
  Visit callback;
  int32_t count;
  int64_t sum;
};

static void* run_work(void* context) {
  struct Work* work = context;
  for (int32_t i = 0; i < work->count; ++i) work->sum += work->callback(i);
  return NULL;
}

// From several threads at once, none of which is the one that calls this.
int64_t visit_on_threads(Visit callback, int32_t count) {
  pthread_t threads[kThreads];
  struct Work works[kThreads];
  int64_t sum = 0;
  for (int i = 0; i < kThreads; ++i) {
    works[i] = (struct Work){callback, count, 0};
    if (pthread_create(&threads[i], NULL, run_work, &works[i]) != 0) return -1;
  }
  for (int i = 0; i < kThreads; ++i) {
    pthread_join(threads[i], NULL);
    sum += works[i].sum;
  }
  return sum;
}
