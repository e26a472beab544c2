#include <process.h>

#include <cstdlib>
#include <memory>
#include <utility>

#include "os/system_error.h"
#include "os/thread.h"
#include "os/windows_api.h"

namespace dynamic_reload {

namespace {

class WindowsThread final : public Thread {
 public:
  explicit WindowsThread(std::function<void()> body) : body_(std::move(body)) {}

  ~WindowsThread() override {
    if (thread_ == nullptr) return;
    WaitForSingleObject(thread_, INFINITE);
    CloseHandle(thread_);
  }

  bool Start() {
    thread_ = reinterpret_cast<HANDLE>(_beginthreadex(nullptr, 0, &Run, this, 0, nullptr));
    return thread_ != nullptr;
  }

 private:
  static unsigned __stdcall Run(void* self) {
    static_cast<WindowsThread*>(self)->body_();
    return 0;
  }

  const std::function<void()> body_;
  HANDLE thread_ = nullptr;
};

}  // namespace

// There are no signals.
Result<std::unique_ptr<Thread>> Thread::Start(std::function<void()> body, Signals /*signals*/) {
  auto thread = std::make_unique<WindowsThread>(std::move(body));
  if (!thread->Start()) {
    const auto number = static_cast<int>(_doserrno);
    return SystemError(ErrorCode::kWatch, number, "_beginthreadex", "");
  }
  return std::unique_ptr<Thread>(std::move(thread));
}

}  // namespace dynamic_reload
