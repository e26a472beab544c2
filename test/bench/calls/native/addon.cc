// The same functions with node-addon-api, as its documentation shows it.

#include <napi.h>

#include <cstdint>
#include <string>

#include "functions.h"

namespace {

using Napi::CallbackInfo;
using Napi::Value;

void Noop(const CallbackInfo& /*info*/) { noop(); }

Value AddI32(const CallbackInfo& info) {
  return Napi::Number::New(info.Env(), add_i32(info[0].As<Napi::Number>().Int32Value(),
                                               info[1].As<Napi::Number>().Int32Value()));
}

Value AddF64(const CallbackInfo& info) {
  return Napi::Number::New(info.Env(), add_f64(info[0].As<Napi::Number>().DoubleValue(),
                                               info[1].As<Napi::Number>().DoubleValue()));
}

Value AddI64(const CallbackInfo& info) {
  bool lossless;
  const std::int64_t sum = add_i64(info[0].As<Napi::BigInt>().Int64Value(&lossless),
                                   info[1].As<Napi::BigInt>().Int64Value(&lossless));
  return Napi::BigInt::New(info.Env(), sum);
}

Value TextLength(const CallbackInfo& info) {
  const std::string text = info[0].As<Napi::String>().Utf8Value();
  return Napi::Number::New(info.Env(), text_length(text.c_str()));
}

Value TextToInt(const CallbackInfo& info) {
  const std::string text = info[0].As<Napi::String>().Utf8Value();
  return Napi::Number::New(info.Env(), text_to_int(text.c_str()));
}

Value Greet(const CallbackInfo& info) { return Napi::String::New(info.Env(), greet()); }

Vec3 ReadVec3(const Value& value) {
  const auto object = value.As<Napi::Object>();
  return {object.Get("x").As<Napi::Number>().DoubleValue(),
          object.Get("y").As<Napi::Number>().DoubleValue(),
          object.Get("z").As<Napi::Number>().DoubleValue()};
}

Value Dot3(const CallbackInfo& info) {
  return Napi::Number::New(info.Env(), dot3(ReadVec3(info[0]), ReadVec3(info[1])));
}

Value SumBuf(const CallbackInfo& info) {
  const auto bytes = info[0].As<Napi::Uint8Array>();
  return Napi::Number::New(info.Env(),
                           sum_buf(bytes.Data(), info[1].As<Napi::Number>().Int32Value()));
}

Value Mix8(const CallbackInfo& info) {
  const auto integer = [&info](std::size_t i) { return info[i].As<Napi::Number>().Int32Value(); };
  const auto real = [&info](std::size_t i) { return info[i].As<Napi::Number>().DoubleValue(); };
  const auto single = info[4].As<Napi::Number>().FloatValue();
  return Napi::Number::New(info.Env(), mix8(integer(0), real(1), integer(2), real(3), single,
                                            integer(5), real(6), integer(7)));
}

Value SamePointer(const CallbackInfo& info) {
  bool lossless;
  const auto address = info[0].As<Napi::BigInt>().Uint64Value(&lossless);
  void* const pointer = same_pointer(reinterpret_cast<void*>(address));
  return Napi::BigInt::New(info.Env(), reinterpret_cast<std::uint64_t>(pointer));
}

// The C functions hand no context to what they call back. Callbacks do not nest here.
thread_local const Napi::Function* callee;

std::int32_t Visit1(std::int32_t number) {
  const Napi::Env env = callee->Env();
  const Napi::HandleScope scope(env);
  return callee->Call({Napi::Number::New(env, number)}).As<Napi::Number>().Int32Value();
}

std::int32_t Compare2(const void* left, const void* right) {
  const Napi::Env env = callee->Env();
  const Napi::HandleScope scope(env);
  const auto address = [env](const void* pointer) {
    return Napi::BigInt::New(env, reinterpret_cast<std::uint64_t>(pointer));
  };
  return callee->Call({address(left), address(right)}).As<Napi::Number>().Int32Value();
}

Value SumVisits(const CallbackInfo& info) {
  const auto function = info[0].As<Napi::Function>();
  callee = &function;
  return Napi::Number::New(info.Env(), sum_visits(Visit1, info[1].As<Napi::Number>().Int32Value()));
}

void SortInts(const CallbackInfo& info) {
  auto values = info[0].As<Napi::Int32Array>();
  const auto function = info[2].As<Napi::Function>();
  callee = &function;
  sort_ints(values.Data(), info[1].As<Napi::Number>().Int32Value(), Compare2);
}

class Addition : public Napi::AsyncWorker {
 public:
  Addition(Napi::Env env, std::int32_t a, std::int32_t b)
      : Napi::AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)), a_(a), b_(b) {}

  Napi::Promise Promise() const { return deferred_.Promise(); }

 private:
  void Execute() override { result_ = add_i32(a_, b_); }
  void OnOK() override { deferred_.Resolve(Napi::Number::New(Env(), result_)); }

  Napi::Promise::Deferred deferred_;
  std::int32_t a_;
  std::int32_t b_;
  std::int32_t result_ = 0;
};

Value AddI32Nonblocking(const CallbackInfo& info) {
  // It deletes itself after OnOK().
  auto* addition = new Addition(info.Env(), info[0].As<Napi::Number>().Int32Value(),
                                info[1].As<Napi::Number>().Int32Value());
  addition->Queue();
  return addition->Promise();
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports["noop"] = Napi::Function::New<Noop>(env);
  exports["add_i32"] = Napi::Function::New<AddI32>(env);
  exports["add_f64"] = Napi::Function::New<AddF64>(env);
  exports["add_i64"] = Napi::Function::New<AddI64>(env);
  exports["text_length"] = Napi::Function::New<TextLength>(env);
  exports["text_to_int"] = Napi::Function::New<TextToInt>(env);
  exports["greet"] = Napi::Function::New<Greet>(env);
  exports["dot3"] = Napi::Function::New<Dot3>(env);
  exports["sum_buf"] = Napi::Function::New<SumBuf>(env);
  exports["mix8"] = Napi::Function::New<Mix8>(env);
  exports["same_pointer"] = Napi::Function::New<SamePointer>(env);
  exports["sum_visits"] = Napi::Function::New<SumVisits>(env);
  exports["sort_ints"] = Napi::Function::New<SortInts>(env);
  exports["add_i32_nonblocking"] = Napi::Function::New<AddI32Nonblocking>(env);
  return exports;
}

}  // namespace

NODE_API_MODULE(addon, Init)
