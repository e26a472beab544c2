#include "napi/map_call.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "napi/call_engine.h"
#include "napi/map_column.h"
#include "napi/plan_object.h"

namespace dynamic_reload {

namespace {

// One call of MapCall().
struct Job {
  CallEngine& engine;
  const std::shared_ptr<SymbolSlot> slot;
  const std::shared_ptr<const CallPlan> plan;
  const size_t count;
  RegisterFile registers = {};
  uint64_t result = 0;
  std::vector<MapColumn> columns = {};
  std::optional<MapColumn> output = std::nullopt;
};

// Arrays that all have elements of one size, which most have: the size is then known to the
// compiler, and that halves the time.
template <size_t kSize>
struct Uniform {
  static void Load(MapColumn& column) { column.LoadWhole<kSize>(); }
  static void Store(MapColumn& column) { column.StoreWhole<kSize>(); }
};

struct Mixed {
  static void Load(MapColumn& column) { column.Load(); }
  static void Store(MapColumn& column) { column.Store(); }
};

// Calls for as many elements, or until a callback throws. Returns how many have a result.
template <typename Elements>
size_t RunBlock(Job& job, void* address, size_t count) {
  const Invoke invoke = job.plan->invoke;
  MapColumn& output = *job.output;
  for (size_t i = 0; i < count; ++i) {
    for (MapColumn& column : job.columns) Elements::Load(column);
    invoke(address, job.registers, &job.result);
    if (job.engine.has_exception()) return i;
    Elements::Store(output);
  }
  return count;
}

// How one call is made: with words that are in registers already, or by way of the register file.
template <size_t kColumns>
class Directly {
 public:
  explicit Directly(Job& /*job*/) {}

  uint64_t Call(void* address, const std::array<uint64_t, kColumns>& words) const {
    return std::apply([=](auto... word) { return CallWords(address, word...); }, words);
  }
};

template <size_t kColumns>
class ByRegisterFile {
 public:
  explicit ByRegisterFile(Job& job) : job_(job), invoke_(job.plan->invoke) {
    for (size_t column = 0; column < kColumns; ++column) to_[column] = job.columns[column].word();
  }

  uint64_t Call(void* address, const std::array<uint64_t, kColumns>& words) const {
    for (size_t column = 0; column < kColumns; ++column) {
      // Whole words: loading more than was just stored makes a processor wait.
      std::memcpy(to_[column], &words[column], sizeof words[column]);
    }
    invoke_(address, job_.registers, &job_.result);
    return job_.result;
  }

 private:
  Job& job_;
  const Invoke invoke_;
  std::array<void*, kColumns> to_ = {};
};

// The same where the compiler also knows how many columns there are, and keeps all of them in
// registers.
template <size_t kSize, size_t kColumns, template <size_t> class How>
size_t RunColumns(Job& job, void* address, size_t count) {
  const How<kColumns> how(job);
  std::array<const char*, kColumns> from = {};
  for (size_t column = 0; column < kColumns; ++column) from[column] = job.columns[column].block();
  char* output = job.output->block();
  for (size_t i = 0; i < count; ++i, output += kSize) {
    std::array<uint64_t, kColumns> words = {};
    for (size_t column = 0; column < kColumns; ++column) {
      std::memcpy(&words[column], from[column] + i * kSize, kSize);
    }
    const uint64_t result = how.Call(address, words);
    if (job.engine.has_exception()) return i;
    std::memcpy(output, &result, kSize);
  }
  return count;
}

using Run = size_t (*)(Job& job, void* address, size_t count);

template <size_t kSize, size_t kColumns>
Run RunForColumns(const Job& job) {
  return job.plan->is_words ? RunColumns<kSize, kColumns, Directly>
                            : RunColumns<kSize, kColumns, ByRegisterFile>;
}

template <size_t kSize>
Run RunForSize(const Job& job) {
  switch (job.columns.size()) {
    case 1:
      return RunForColumns<kSize, 1>(job);
    case 2:
      return RunForColumns<kSize, 2>(job);
    case 3:
      return RunForColumns<kSize, 3>(job);
    default:
      return RunBlock<Uniform<kSize>>;
  }
}

Run RunFor(const Job& job) {
  const auto all_have = [&](size_t size) {
    return job.output->element_size() == size &&
           std::all_of(job.columns.begin(), job.columns.end(),
                       [=](const MapColumn& column) { return column.element_size() == size; });
  };
  if (all_have(sizeof(uint32_t))) return RunForSize<sizeof(uint32_t)>(job);
  return all_have(sizeof(uint64_t)) ? RunForSize<sizeof(uint64_t)>(job) : RunBlock<Mixed>;
}

// How many elements may be read before the result of the first of them is written.
size_t BlockFor(const Job& job) {
  const bool one_by_one =
      std::any_of(job.columns.begin(), job.columns.end(),
                  [&](const MapColumn& column) { return column.IsOverwrittenBy(*job.output); });
  return one_by_one ? 1 : MapColumn::kMostElements;
}

// False when a callback took the memory of an array away.
bool RunAll(Job& job, void* address) {
  const Run run = RunFor(job);
  const size_t block = BlockFor(job);
  for (size_t start = 0; start < job.count && !job.engine.has_exception(); start += block) {
    const size_t count = std::min(block, job.count - start);
    for (MapColumn& column : job.columns) {
      if (!column.Fill(start, count)) return false;
    }
    job.output->Rewind();
    const size_t done = run(job, address, count);
    if (!job.output->Flush(start, done)) return false;
  }
  return true;
}

// False when an array is not what it is said to be.
bool AddColumns(Job& job, const Napi::Array& arrays, const Napi::Array& types) {
  char* words = reinterpret_cast<char*>(job.registers.words);
  for (uint32_t i = 0; i < arrays.Length(); ++i) {
    void* word = words + job.plan->arguments[i].moves[0].to;
    auto column = MapColumn::Of(arrays.Get(i), TypeNamed(types.Get(i)), job.count, word);
    if (!column) return false;
    job.columns.push_back(*std::move(column));
  }
  return true;
}

bool AddOutput(Job& job, const Napi::Value& array) {
  if (array.IsUndefined()) {
    const size_t size = job.columns.empty() ? sizeof(uint64_t) : job.columns[0].element_size();
    job.output = MapColumn::Nowhere(size, &job.result);
    return true;
  }
  job.output = MapColumn::Of(array, job.plan->result.leaves[0].type, job.count, &job.result);
  return job.output.has_value();
}

}  // namespace

void MapCall(const Napi::CallbackInfo& info) {
  CallEngine& engine = CallEngine::Of(info.Env());
  const CallTarget& target = engine.target(info[0].As<Napi::Number>());
  uint32_t& status = engine.scratch()->status;
  if (target.slot->address() == nullptr) {
    status = Scratch::kUnbound;
    return;
  }
  Job job{engine, target.slot, target.plan, info[3].As<Napi::Number>().Uint32Value()};
  bool is_whole = AddColumns(job, info[1].As<Napi::Array>(), info[4].As<Napi::Array>()) &&
                  AddOutput(job, info[2]);
  if (is_whole) {
    engine.Repeat(*job.slot, 1, [&](void* address) { is_whole = RunAll(job, address); });
  }
  if (!is_whole && status == Scratch::kDone) status = Scratch::kBadValue;
}

}  // namespace dynamic_reload
