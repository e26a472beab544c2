// The C functions that every peer calls. They do next to nothing: what is measured is the way
// there.

#ifndef DYNAMIC_RELOAD_TEST_BENCH_CALLS_FUNCTIONS_H_
#define DYNAMIC_RELOAD_TEST_BENCH_CALLS_FUNCTIONS_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  double x, y, z;
} Vec3;

typedef int32_t (*Visit)(int32_t);
typedef int32_t (*Compare)(const void*, const void*);

void noop(void);
int32_t add_i32(int32_t a, int32_t b);
double add_f64(double a, double b);
int64_t add_i64(int64_t a, int64_t b);

/** strlen() and atoi(), under names that no compiler replaces. */
int32_t text_length(const char* text);
int32_t text_to_int(const char* text);
/** A text that lives as long as the library. */
const char* greet(void);

double dot3(Vec3 a, Vec3 b);
int32_t sum_buf(const uint8_t* bytes, int32_t length);
double mix8(int32_t a, double b, int32_t c, double d, float e, int32_t f, double g, int32_t h);
void* same_pointer(void* pointer);

/** The sum of `visit(i)` for each i below `count`. */
int32_t sum_visits(Visit visit, int32_t count);
/** qsort(). */
void sort_ints(int32_t* values, int32_t count, Compare compare);
/** How often sort_ints() would call a comparator for these values, which end up sorted. */
int32_t count_compares(int32_t* values, int32_t count);

/** `function(a[i], b[i])` for each i: a batch as C itself does it, through a pointer. */
void map_ints(int32_t (*function)(int32_t, int32_t), const int32_t* a, const int32_t* b,
              int32_t* out, int32_t count);

#ifdef __cplusplus
}
#endif

#endif  // DYNAMIC_RELOAD_TEST_BENCH_CALLS_FUNCTIONS_H_
