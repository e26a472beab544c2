#include "napi/plan_object.h"

#include <string>
#include <utility>

#include "napi/errors.h"

namespace dynamic_reload {

namespace {

uint32_t NumberAt(const Napi::Object& object, const char* key) {
  return object.Get(key).As<Napi::Number>().Uint32Value();
}

// A name stands for a scalar; anything larger is { size, alignment, leaves }.
ValueType ValueTypeFrom(const Napi::Value& value) {
  if (value.IsString()) return ValueType::Scalar(TypeNamed(value));
  const auto object = value.As<Napi::Object>();
  ValueType type;
  type.size = NumberAt(object, "size");
  type.alignment = NumberAt(object, "alignment");
  type.is_aggregate = true;
  const auto leaves = object.Get("leaves").As<Napi::Array>();
  for (uint32_t i = 0; i < leaves.Length(); ++i) {
    const auto leaf = leaves.Get(i).As<Napi::Object>();
    type.leaves.push_back({TypeNamed(leaf.Get("type")), NumberAt(leaf, "offset")});
  }
  return type;
}

}  // namespace

Type TypeNamed(const Napi::Value& name) {
  return ParseType(name.As<Napi::String>().Utf8Value()).value_or(Type::kVoid);
}

Signature SignatureFrom(const Napi::Object& types) {
  Signature signature;
  signature.result = ValueTypeFrom(types.Get("return"));
  const auto arguments = types.Get("arguments").As<Napi::Array>();
  for (uint32_t i = 0; i < arguments.Length(); ++i) {
    signature.arguments.push_back(ValueTypeFrom(arguments.Get(i)));
  }
  const Napi::Value variadic_from = types.Get("variadicFrom");
  if (variadic_from.IsNumber()) {
    signature.variadic_from = variadic_from.As<Napi::Number>().Uint32Value();
  }
  return signature;
}

Napi::Array PlacesOf(Napi::Env env, const CallPlan& plan) {
  auto places = Napi::Array::New(env);
  uint32_t index = 0;
  for (const ArgumentPlan& argument : plan.arguments) {
    auto moves = Napi::Array::New(env);
    uint32_t count = 0;
    for (const Move& move : argument.moves) {
      auto object = Napi::Object::New(env);
      object.Set("from", move.from);
      object.Set("size", move.size);
      object.Set("to", move.to);
      moves.Set(count++, object);
    }
    auto place = Napi::Object::New(env);
    place.Set("moves", moves);
    place.Set("byReference", argument.by_reference);
    places.Set(index++, place);
  }
  return places;
}

Napi::Function PlanObject::Define(Napi::Env env) {
  return DefineClass(env, "Plan", {InstanceAccessor<&PlanObject::Places>("arguments")});
}

PlanObject::PlanObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<PlanObject>(info) {
  auto plan = MakeCallPlan(SignatureFrom(info[0].As<Napi::Object>()));
  if (!plan.ok()) {
    const Error& error = plan.error();
    const std::string symbol = info[1].As<Napi::String>();
    Throw(info.Env(), MakeError(info.Env(), SymbolError{error.code, symbol, "", error.message}));
    return;
  }
  plan_ = std::make_shared<const CallPlan>(std::move(plan).value());
}

Napi::Value PlanObject::Places(const Napi::CallbackInfo& info) {
  return PlacesOf(info.Env(), *plan_);
}

}  // namespace dynamic_reload
