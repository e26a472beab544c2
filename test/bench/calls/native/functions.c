// Compiled twice, with -DBUILD=1 and -DBUILD=2, for a reload to have two images that differ.

#include "functions.h"

#include <stdlib.h>
#include <string.h>

int32_t build_number(void) { return BUILD; }

void noop(void) {}
int32_t add_i32(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }
double add_f64(double a, double b) { return a + b; }
int64_t add_i64(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }

int32_t text_length(const char* text) { return (int32_t)strlen(text); }
int32_t text_to_int(const char* text) { return atoi(text); }
const char* greet(void) { return "hello from the library"; }

double dot3(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

int32_t sum_buf(const uint8_t* bytes, int32_t length) {
  int32_t sum = 0;
  for (int32_t i = 0; i < length; ++i) sum += bytes[i];
  return sum;
}

double mix8(int32_t a, double b, int32_t c, double d, float e, int32_t f, double g, int32_t h) {
  return a + b + c + d + (double)e + f + g + h;
}

void* same_pointer(void* pointer) { return pointer; }

int32_t sum_visits(Visit visit, int32_t count) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; ++i) sum += visit(i);
  return sum;
}

void sort_ints(int32_t* values, int32_t count, Compare compare) {
  qsort(values, (size_t)count, sizeof *values, compare);
}

// qsort() hands no context to its comparator.
static _Thread_local int32_t compares;

static int32_t count_and_compare(const void* a, const void* b) {
  ++compares;
  return *(const int32_t*)a - *(const int32_t*)b;
}

int32_t count_compares(int32_t* values, int32_t count) {
  compares = 0;
  sort_ints(values, count, count_and_compare);
  return compares;
}

void map_ints(int32_t (*function)(int32_t, int32_t), const int32_t* a, const int32_t* b,
              int32_t* out, int32_t count) {
  for (int32_t i = 0; i < count; ++i) out[i] = function(a[i], b[i]);
}
