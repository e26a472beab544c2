// The addon of this example. Change the text, rebuild, and watch the running program.

#include <napi.h>

namespace {

class Greeter : public Napi::ObjectWrap<Greeter> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "Greeter", {InstanceMethod("greet", &Greeter::Greet)});
  }

  explicit Greeter(const Napi::CallbackInfo& info)
      : Napi::ObjectWrap<Greeter>(info), name_(info[0].ToString()) {}

 private:
  Napi::Value Greet(const Napi::CallbackInfo& info) {
    return Napi::String::New(info.Env(), "Hello, " + name_);
  }

  std::string name_;
};

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("Greeter", Greeter::Define(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(my_addon, Init)
