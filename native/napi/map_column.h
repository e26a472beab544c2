// The elements of one typed array on their way into registers, or from them.

#ifndef DYNAMIC_RELOAD_NAPI_MAP_COLUMN_H_
#define DYNAMIC_RELOAD_NAPI_MAP_COLUMN_H_

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "ffi/type.h"

namespace dynamic_reload {

// Has a copy of some elements at a time. A callback may take the memory of an array away while the
// array is mapped, so that memory is only touched between calls, and asked for each time.
//
// Valid as long as the handle of its array.
class MapColumn {
 public:
  // How many elements there are room for.
  static constexpr size_t kMostElements = 512;

  // Each element goes to `word` of the registers, or comes from it. Empty when the array is not
  // what lib/calls/map.ts took it for: its class and its length are asked of the engine, since a
  // program can make an array lie about both.
  static std::optional<MapColumn> Of(const Napi::Value& array, Type type, size_t count, void* word);
  // For results that nobody wants.
  static MapColumn Nowhere(size_t element_size, void* word);

  size_t element_size() const { return element_size_; }
  // Whether writing to `other` changes elements of this one that are read later.
  bool IsOverwrittenBy(const MapColumn& other) const;

  // Copies the elements from `start` on out of the array, or into it. False when the array does not
  // have them any more. Runs no JavaScript.
  bool Fill(size_t start, size_t count);
  bool Flush(size_t start, size_t count);
  // The first of the copied elements.
  char* block() { return block_.get(); }
  void* word() const { return word_; }
  // Goes back to it.
  void Rewind() { next_ = block_.get(); }

  // For an element of any size.
  void Load();
  void Store() {
    std::memcpy(next_, word_, element_size_);
    next_ += element_size_;
  }
  // The same where the compiler knows the size.
  template <size_t kSize>
  void LoadWhole() {
    uint64_t word = 0;  // A whole one: loading more than was just stored makes a processor wait.
    std::memcpy(&word, next_, kSize);
    std::memcpy(word_, &word, sizeof word);
    next_ += kSize;
  }
  template <size_t kSize>
  void StoreWhole() {
    std::memcpy(next_, word_, kSize);
    next_ += kSize;
  }

 private:
  MapColumn(const Napi::Value& array, size_t element_size, Type type, void* word)
      : array_(array),
        type_(type),
        element_size_(element_size),
        word_(word),
        block_(std::make_unique<char[]>(kMostElements * sizeof(uint64_t))) {}

  // Where the elements from `start` on are now; null when there are fewer than `count`.
  char* Find(size_t start, size_t count) const;
  template <typename From>
  void Widen();

  Napi::Value array_;  // Empty when nobody wants the elements.
  Type type_;
  size_t element_size_;
  void* word_;
  std::unique_ptr<char[]> block_;
  char* next_ = nullptr;
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_MAP_COLUMN_H_
