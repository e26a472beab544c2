// What a callback threw, until somebody can hear of it.

#ifndef DYNAMIC_RELOAD_NAPI_KEPT_EXCEPTION_H_
#define DYNAMIC_RELOAD_NAPI_KEPT_EXCEPTION_H_

#include <napi.h>

#include <memory>

namespace dynamic_reload {

// C functions know no exceptions: one waits here until the function has come to its end. JavaScript
// thread only.
class KeptException {
 public:
  KeptException() = default;
  ~KeptException();

  KeptException(const KeptException&) = delete;
  KeptException& operator=(const KeptException&) = delete;

  bool exists() const { return box_ != nullptr; }

  // Takes the pending exception of `env`. There may be none: calls also fail when JavaScript cannot
  // run any more. What is kept already stays.
  void KeepPending(napi_env env);

  // REQUIRES: nothing is kept here
  void TakeOver(KeptException& other);

  // REQUIRES: exists()
  napi_value Take();

 private:
  napi_env env_ = nullptr;
  napi_ref box_ = nullptr;  // A reference is to an object, and anything can be thrown.
};

// While it exists, exceptions of callbacks that this thread makes go to `kept`. Any thread, but not
// two at once. A callback may still run when the thread no longer waits for it.
class ExceptionsOfThread {
 public:
  explicit ExceptionsOfThread(const std::shared_ptr<KeptException>& kept);
  ~ExceptionsOfThread();

  ExceptionsOfThread(const ExceptionsOfThread&) = delete;
  ExceptionsOfThread& operator=(const ExceptionsOfThread&) = delete;

  // Null when nobody asked for them.
  static std::shared_ptr<KeptException> Receiver();
};

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_NAPI_KEPT_EXCEPTION_H_
