// What test/runtimes/smoke.mjs calls. VERSION is what differs after a reload.

#include <errno.h>
#include <stdint.h>
#include <string.h>

struct vec3 {
  double x, y, z;
};

int version(void) { return VERSION; }

int add(int a, int b) { return a + b; }

int64_t add_wide(int64_t a, int64_t b) { return a + b; }

double mix(int32_t a, double b, float c, uint8_t d) { return a + b + c + d; }

size_t length(const char* text) { return strlen(text); }

const char* greeting(void) { return "grüß dich"; }

const char* same_text(const char* text) { return text; }

double dot(struct vec3 a, struct vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

struct vec3 twice(struct vec3 v) { return (struct vec3){2 * v.x, 2 * v.y, 2 * v.z}; }

uint32_t sum(const uint8_t* bytes, uint32_t count) {
  uint32_t total = 0;
  for (uint32_t i = 0; i < count; ++i) total += bytes[i];
  return total;
}

int visit(int count, int (*visitor)(int)) {
  int total = 0;
  for (int i = 0; i < count; ++i) total += visitor(i);
  return total;
}

int fail(int code) {
  errno = code;
  return -1;
}
