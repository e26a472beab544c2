// Closures: how they live and end. That arguments and results pass is in call_random_test.cc and
// aggregate_test.cc.

#include "ffi/closure.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "test/native/check.h"
#include "test/native/ffi/layouts.h"

namespace dynamic_reload::test {
namespace {

template <typename Result, typename... Arguments>
std::unique_ptr<Closure> Make(ClosureFunction function, void* context = nullptr) {
  auto closure = Closure::Create({{ValueTypeOf<Arguments>()...}, ValueTypeOf<Result>(), {}},
                                 function, context);
  CHECK_OK(closure);
  return std::move(closure).value();
}

template <typename Function>
Function* As(const std::unique_ptr<Closure>& closure) {
  return reinterpret_cast<Function*>(closure->address());
}

void ReturnContext(void* context, const RegisterFile& /*arguments*/, void* result) {
  const auto bits = reinterpret_cast<uint64_t>(context);
  std::memcpy(result, &bits, sizeof bits);
}

void DoNothing(void* /*context*/, const RegisterFile& /*arguments*/, void* /*result*/) {}

void* Number(uint64_t value) { return reinterpret_cast<void*>(value); }

// ---- Calls -------------------------------------------------------------------------------------

TEST(EachHasItsOwnAddressAndContext) {
  const auto first = Make<int64_t>(ReturnContext, Number(1));
  const auto second = Make<int64_t>(ReturnContext, Number(2));
  CHECK_NE(first->address(), second->address());
  CHECK_EQ(As<int64_t()>(first)(), 1);
  CHECK_EQ(As<int64_t()>(second)(), 2);
  CHECK_EQ(As<int64_t()>(first)(), 1);
}

void CompareIntegers(void* context, const RegisterFile& arguments, void* result) {
  ++*static_cast<int*>(context);
  const auto* left = reinterpret_cast<const int32_t*>(arguments.General(0));
  const auto* right = reinterpret_cast<const int32_t*>(arguments.General(1));
  const int64_t order = *left < *right ? -1 : (*left > *right ? 1 : 0);
  std::memcpy(result, &order, sizeof order);
}

TEST(QsortSortsWithOne) {
  int calls = 0;
  const auto compare = Make<int32_t, void*, void*>(CompareIntegers, &calls);
  int32_t numbers[] = {5, -3, 9, 0, 7, -3, INT32_MIN, INT32_MAX};
  std::qsort(numbers, std::size(numbers), sizeof numbers[0],
             As<int(const void*, const void*)>(compare));
  CHECK_EQ(std::vector<int32_t>(std::begin(numbers), std::end(numbers)),
           (std::vector<int32_t>{INT32_MIN, -3, -3, 0, 5, 7, 9, INT32_MAX}));
  CHECK(calls > 0);
}

// A function that sets no result returns zeros.
TEST(AnUnsetResultIsZero) {
  CHECK_EQ(As<int64_t()>(Make<int64_t>(DoNothing))(), 0);
  CHECK_EQ(As<double()>(Make<double>(DoNothing))(), 0.0);
  using Large = Array<int64_t, 5>;
  const Large large = As<Large()>(Make<Large>(DoNothing))();
  for (const int64_t item : large.items) CHECK_EQ(item, 0);
}

void CallItself(void* context, const RegisterFile& arguments, void* result) {
  const auto& self = *static_cast<std::unique_ptr<Closure>*>(context);
  const uint64_t depth = arguments.General(0);
  const uint64_t sum = depth == 0 ? 0 : depth + As<uint64_t(uint64_t)>(self)(depth - 1);
  std::memcpy(result, &sum, sizeof sum);
}

TEST(OneMayCallItself) {
  std::unique_ptr<Closure> self;
  self = Make<uint64_t, uint64_t>(CallItself, &self);
  CHECK_EQ(As<uint64_t(uint64_t)>(self)(100), 5050);
}

// ---- The end -----------------------------------------------------------------------------------

std::atomic<void*> dead_address{nullptr};

template <typename Result, typename... Arguments>
Result CallDead(Arguments... arguments) {
  auto closure = Make<Result, Arguments...>(ReturnContext, Number(5));
  void* address = closure->address();
  closure.reset();
  dead_address = nullptr;
  SetDeadCallHandler([](void* dead) { dead_address = dead; });
  const auto function = reinterpret_cast<Result (*)(Arguments...)>(address);
  if constexpr (std::is_void_v<Result>) {
    function(arguments...);
    CHECK_EQ(dead_address.load(), address);
  } else {
    const Result result = function(arguments...);
    CHECK_EQ(dead_address.load(), address);
    return result;
  }
}

TEST(ADeadCallReturnsZerosAndIsTold) {
  CallDead<void>();
  CHECK_EQ((CallDead<int32_t, void*, void*>(nullptr, nullptr)), 0);
  CHECK_EQ((CallDead<double, double>(1.5)), 0.0);
  CHECK_EQ((CallDead<float, float>(1.5F)), 0.0F);
  const auto pair = CallDead<Pair<int64_t, double>, int8_t>(1);
  CHECK_EQ(pair.a, 0);
  CHECK_EQ(pair.b, 0.0);
  const auto large = CallDead<Array<int64_t, 9>, double>(2.5);
  for (const int64_t item : large.items) CHECK_EQ(item, 0);
  const auto floats = CallDead<Array<float, 4>>();
  for (const float item : floats.items) CHECK_EQ(item, 0.0F);
}

TEST(ADeadCallWithoutHandlerReturnsZero) {
  SetDeadCallHandler(nullptr);
  auto closure = Make<int64_t>(ReturnContext, Number(5));
  const auto function = As<int64_t()>(closure);
  closure.reset();
  CHECK_EQ(function(), 0);
}

TEST(AReservedOneReturnsZeroUntilItIsPublished) {
  auto closure = Closure::Reserve({{}, ValueTypeOf<int64_t>(), {}});
  CHECK_OK(closure);
  const auto function = As<int64_t()>(closure.value());
  CHECK_EQ(function(), 0);
  closure.value()->Publish(ReturnContext, Number(5));
  CHECK_EQ(function(), 5);
}

void DestroyItself(void* context, const RegisterFile& /*arguments*/, void* result) {
  static_cast<std::unique_ptr<Closure>*>(context)->reset();
  const int64_t answer = 42;
  std::memcpy(result, &answer, sizeof answer);
}

TEST(OneMayBeDestroyedByItsOwnCall) {
  std::unique_ptr<Closure> self;
  self = Make<int64_t>(DestroyItself, &self);
  const auto function = As<int64_t()>(self);
  CHECK_EQ(function(), 42);
  CHECK(self == nullptr);
  CHECK_EQ(function(), 0);
}

// ---- How many there are ------------------------------------------------------------------------

// Makes closures of one kind until there are no more.
std::vector<std::unique_ptr<Closure>> MakeAll(const Signature& signature) {
  std::vector<std::unique_ptr<Closure>> all;
  while (true) {
    auto closure = Closure::Create(signature, ReturnContext, Number(all.size()));
    if (!closure.ok()) {
      CHECK_EQ(closure.error().code, ErrorCode::kInvalidState);
      CHECK_EQ(closure.error().message,
               "no more callbacks, " + std::to_string(all.size()) + " exist");
      return all;
    }
    all.push_back(std::move(closure).value());
  }
}

TEST(AThousandCommonOnesExistAndEachIsOneOfAKind) {
  const auto all = MakeAll({{ValueTypeOf<void*>()}, ValueTypeOf<int64_t>(), {}});
  CHECK(all.size() >= 1000);
  std::set<void*> addresses;
  for (const auto& closure : all) addresses.insert(closure->address());
  CHECK_EQ(addresses.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) CHECK_EQ(As<int64_t(void*)>(all[i])(nullptr), i);
}

// Whoever uses up one kind leaves the others alone.
TEST(KindsAreCountedApart) {
  const auto all = MakeAll({{ValueTypeOf<double>()}, ValueTypeOf<double>(), {}});
  CHECK_EQ(As<int64_t()>(Make<int64_t>(ReturnContext, Number(7)))(), 7);
}

TEST(AnAddressComesBackAfterAllOtherFreeOnes) {
  const Signature signature{{}, ValueTypeOf<Pair<double, double>>(), {}};
  const size_t count = MakeAll(signature).size();
  auto closure = Closure::Create(signature, DoNothing, nullptr);
  CHECK_OK(closure);
  void* first = closure.value()->address();
  closure.value().reset();
  for (size_t i = 1; i < count; ++i) {
    const auto next = Closure::Create(signature, DoNothing, nullptr);
    CHECK_OK(next);
    CHECK_NE(next.value()->address(), first);
  }
  const auto last = Closure::Create(signature, DoNothing, nullptr);
  CHECK_OK(last);
  CHECK_EQ(last.value()->address(), first);
}

TEST(AnOfferedOneAnswersUntilItsAddressIsNeeded) {
  const Signature signature{{ValueTypeOf<double>()}, ValueTypeOf<int64_t>(), {}};
  auto all = MakeAll(signature);
  const auto offered = std::move(all.back());
  all.pop_back();
  const auto function = As<int64_t(double)>(offered);
  offered->Offer();
  offered->Offer();  // Does nothing.
  CHECK_EQ(function(1.5), all.size());
  const auto taker = Closure::Create(signature, DoNothing, nullptr);
  CHECK_OK(taker);
  CHECK_EQ(taker.value()->address(), offered->address());
  CHECK_EQ(function(1.5), 0);
  CHECK(!Closure::Create(signature, DoNothing, nullptr).ok());
}

TEST(ASignatureThatCannotBeCalledMakesNoClosure) {
  const auto closure =
      Closure::Create({{ValueType::Scalar(Type::kVoid)}, {}, {}}, DoNothing, nullptr);
  CHECK(!closure.ok());
  CHECK_EQ(closure.error().code, ErrorCode::kSymbolDefinition);
}

// ---- Threads -----------------------------------------------------------------------------------

// Under ThreadSanitizer this also says that calls take no lock and race with nothing.
TEST(OneThreadMayCallWhileAnotherDestroysAndMakes) {
  const Signature signature{{ValueTypeOf<double>()}, ValueTypeOf<double>(), {}};
  const double expected = 0.5;
  const auto function = [](void* context, const RegisterFile& /*arguments*/, void* result) {
    std::memcpy(result, context, sizeof(double));
  };
  auto context = const_cast<double*>(&expected);
  auto closure = Closure::Create(signature, function, context);
  CHECK_OK(closure);
  std::atomic<void*> address{closure.value()->address()};
  std::atomic<bool> stop{false};
  std::thread caller([&] {
    while (!stop) {
      const double result = reinterpret_cast<double (*)(double)>(address.load())(1);
      CHECK(result == 0 || result == expected);
    }
  });
  for (int i = 0; i < 2000; ++i) {
    closure.value().reset();
    closure = Closure::Create(signature, function, context);
    CHECK_OK(closure);
    if (i % 3 == 0) address = closure.value()->address();
  }
  stop = true;
  caller.join();
}

TEST(ManyThreadsMayMakeAndDestroyAtOnce) {
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([thread] {
      for (uint64_t i = 0; i < 500; ++i) {
        const auto closure = Make<uint64_t>(ReturnContext, Number(thread * 1000 + i));
        CHECK_EQ(As<uint64_t()>(closure)(), thread * 1000 + i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace dynamic_reload::test
