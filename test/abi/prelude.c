// What every generated source begins with: words that C and JavaScript exchange besides the values.

#define _GNU_SOURCE
#include <complex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <uchar.h>

typedef unsigned char char8_t;

static uint64_t* received;  // The first word counts the others.
static const uint64_t* sent;
static const uint64_t* next;

void attach(uint64_t* to_javascript, const uint64_t* from_javascript) {
  received = to_javascript;
  sent = from_javascript;
}

// Inside every function they would take the compiler longer than anything else.
#define APART __attribute__((noinline)) static

APART void begin(void) {
  received[0] = 0;
  next = sent;
}

APART void put(uint64_t word) { received[++received[0]] = word; }
APART uint64_t take(void) { return *next++; }

APART void put_f32(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  put(bits);
}

APART float take_f32(void) {
  const uint32_t bits = (uint32_t)take();
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

APART void put_f64(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  put(bits);
}

APART double take_f64(void) {
  const uint64_t bits = take();
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

APART void put_bytes(const uint8_t* bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) put(bytes[i]);
}

APART void put_text(const char* text) {
  if (text == NULL) return put(UINT64_MAX);
  put(strlen(text));
  put_bytes((const uint8_t*)text, strlen(text));
}

APART const char* take_text(void) {
  static char texts[64][64];  // As many as one value has, and more.
  static unsigned used;
  const uint64_t length = take();
  if (length == UINT64_MAX) return NULL;
  char* text = texts[used++ % 64];
  for (size_t i = 0; i < length; ++i) text[i] = (char)take();
  text[length] = 0;
  return text;
}
