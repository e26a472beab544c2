#include "napi/kept_exception.h"

#include <utility>

namespace dynamic_reload {

namespace {

thread_local const std::shared_ptr<KeptException>* receiver_of_thread = nullptr;

}  // namespace

KeptException::~KeptException() {
  if (exists()) napi_delete_reference(env_, box_);
}

void KeptException::KeepPending(napi_env env) {
  bool is_pending = false;
  napi_value thrown = nullptr;
  if (napi_is_exception_pending(env, &is_pending) != napi_ok || !is_pending) return;
  if (napi_get_and_clear_last_exception(env, &thrown) != napi_ok || exists()) return;
  napi_value box = nullptr;
  napi_create_array_with_length(env, 1, &box);
  napi_set_element(env, box, 0, thrown);
  napi_create_reference(env, box, 1, &box_);
  env_ = env;
}

void KeptException::TakeOver(KeptException& other) {
  env_ = other.env_;
  box_ = std::exchange(other.box_, nullptr);
}

napi_value KeptException::Take() {
  napi_value box = nullptr;
  napi_value thrown = nullptr;
  const napi_ref reference = std::exchange(box_, nullptr);
  napi_get_reference_value(env_, reference, &box);
  napi_delete_reference(env_, reference);
  napi_get_element(env_, box, 0, &thrown);
  return thrown;
}

ExceptionsOfThread::ExceptionsOfThread(const std::shared_ptr<KeptException>& kept) {
  receiver_of_thread = &kept;
}

ExceptionsOfThread::~ExceptionsOfThread() { receiver_of_thread = nullptr; }

std::shared_ptr<KeptException> ExceptionsOfThread::Receiver() {
  return receiver_of_thread == nullptr ? nullptr : *receiver_of_thread;
}

}  // namespace dynamic_reload
