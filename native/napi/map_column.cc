#include "napi/map_column.h"

#include <functional>

#include "napi/values.h"

namespace dynamic_reload {

std::optional<MapColumn> MapColumn::Of(const Napi::Value& array, Type type, size_t count,
                                       void* word) {
  bool is_typed_array = false;
  napi_is_typedarray(array.Env(), array, &is_typed_array);
  if (!is_typed_array) return std::nullopt;
  const size_t size = array.As<Napi::TypedArray>().ElementSize();
  MapColumn column(array, size, type, word);
  if (size != SizeOf(type) || array.As<Napi::TypedArray>().ElementLength() != count ||
      (count > 0 && column.Find(0, count) == nullptr)) {
    return std::nullopt;
  }
  return column;
}

MapColumn MapColumn::Nowhere(size_t element_size, void* word) {
  return {Napi::Value(), element_size, Type::kVoid, word};
}

char* MapColumn::Find(size_t start, size_t count) const {
  const Napi::Env env = array_.Env();
  const Napi::HandleScope scope(env);
  void* bytes = nullptr;
  size_t length = 0;
  if (!BytesOf(env, array_, bytes) ||
      napi_get_typedarray_info(env, array_, nullptr, &length, nullptr, nullptr, nullptr) !=
          napi_ok) {
    return nullptr;
  }
  return start + count <= length ? static_cast<char*>(bytes) + start * element_size_ : nullptr;
}

bool MapColumn::IsOverwrittenBy(const MapColumn& other) const {
  if (array_.IsEmpty() || other.array_.IsEmpty()) return false;
  const char* mine = Find(0, 0);
  const char* theirs = other.Find(0, 0);
  if (mine == theirs && element_size_ == other.element_size_) return false;
  const size_t count = array_.As<Napi::TypedArray>().ElementLength();
  const std::less<const char*> is_before;
  return is_before(mine, theirs + count * other.element_size_) &&
         is_before(theirs, mine + count * element_size_);
}

bool MapColumn::Fill(size_t start, size_t count) {
  const char* elements = Find(start, count);
  if (elements == nullptr) return false;
  std::memcpy(block_.get(), elements, count * element_size_);
  if (type_ == Type::kBool) {
    // Checked before, but a callback may have written something else: not 0 or 1 is undefined in C.
    for (size_t i = 0; i < count; ++i) block_[i] = block_[i] != 0 ? 1 : 0;
  }
  Rewind();
  return true;
}

bool MapColumn::Flush(size_t start, size_t count) {
  if (array_.IsEmpty() || count == 0) return true;
  char* elements = Find(start, count);
  if (elements == nullptr) return false;
  std::memcpy(elements, block_.get(), count * element_size_);
  return true;
}

void MapColumn::Load() {
  switch (element_size_) {
    case 8:
      return LoadWhole<8>();
    case 4:  // A register holds at least 32 bits, so these need no widening.
      return LoadWhole<4>();
    case 2:
      return IsSigned(type_) ? Widen<int16_t>() : Widen<uint16_t>();
    default:
      return IsSigned(type_) ? Widen<int8_t>() : Widen<uint8_t>();
  }
}

template <typename From>
void MapColumn::Widen() {
  From value;
  std::memcpy(&value, next_, sizeof value);
  // By its sign, if it has one.
  const auto word = static_cast<uint64_t>(static_cast<int64_t>(value));
  std::memcpy(word_, &word, sizeof word);
  next_ += sizeof value;
}

}  // namespace dynamic_reload
