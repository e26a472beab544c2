#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "os/code_registers.h"
#include "os/signal_inquiry.h"

namespace dynamic_reload {

namespace {

// Ignored by default, so that one which comes too late does no harm; and a runtime that uses it, as
// Go does, is used to more than it asked for.
constexpr int kSignal = SIGURG;

// A signal has one handler in a process, which is told nothing of ours: so these belong to the
// process as well.
std::atomic<SignalInquiry*> current{nullptr};
std::atomic<int> handlers_running{0};

pid_t ThisThread() { return static_cast<pid_t>(syscall(SYS_gettid)); }

void PassOn(const struct sigaction& handler, int number, siginfo_t* info, void* context) {
  if ((handler.sa_flags & SA_SIGINFO) != 0) {
    handler.sa_sigaction(number, info, context);
  } else if (handler.sa_handler != SIG_DFL && handler.sa_handler != SIG_IGN) {
    handler.sa_handler(number);
  }
}

}  // namespace

// Everything is ready before a handler can see it: a signal of an earlier inquiry may come late.
SignalInquiry::SignalInquiry(const std::vector<pid_t>& threads, RangeHits& hits)
    : hits_(hits), questions_(threads.size()), answers_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  for (size_t index = 0; index < threads.size(); ++index) questions_[index].thread = threads[index];
  sigaction(kSignal, nullptr, &former_);
  current = this;
  struct sigaction ours {};
  ours.sa_sigaction = &OnSignal;
  // On the stack that the thread has for handlers: its own may be tiny, as those of Go are.
  ours.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigfillset(&ours.sa_mask);
  sigaction(kSignal, &ours, nullptr);
  for (const pid_t thread : threads) syscall(SYS_tgkill, getpid(), thread, kSignal);
}

SignalInquiry::~SignalInquiry() {
  RestoreHandler();
  current = nullptr;
  // A thread that was late may still be in the handler, which is short.
  while (handlers_running != 0) sched_yield();
}

// Unless the program has set another one meanwhile.
void SignalInquiry::RestoreHandler() const {
  struct sigaction now {};
  sigaction(kSignal, nullptr, &now);
  if ((now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == &OnSignal) {
    sigaction(kSignal, &former_, nullptr);
  }
}

bool SignalInquiry::HasAnswered(pid_t thread) const {
  for (const Question& question : questions_) {
    if (question.thread == thread) return question.answered;
  }
  return false;
}

// Not with a semaphore, which would wait by the clock of the system, and until that is set forward
// again when somebody sets it back. Whatever is said here, the caller looks for itself.
void SignalInquiry::WaitForAnswer() {
  constexpr int kMilliseconds = 1;
  pollfd answers{answers_.get(), POLLIN, 0};
  if (poll(&answers, 1, kMilliseconds) <= 0) return;
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t size = read(answers_.get(), &count, sizeof count);
}

void SignalInquiry::OnSignal(int number, siginfo_t* info, void* context) {
  const int error_number = errno;
  ++handlers_running;
  SignalInquiry* inquiry = current;
  const bool is_from_here = info->si_code == SI_TKILL && info->si_pid == getpid();
  const bool is_ours =
      inquiry != nullptr && is_from_here && inquiry->Answer(*static_cast<ucontext_t*>(context));
  struct sigaction former {};
  if (inquiry != nullptr) former = inquiry->former_;
  --handlers_running;  // The program's handler may take its time, or never return.
  errno = error_number;
  if (!is_ours) PassOn(former, number, info, context);
}

// Returns false when this thread was not asked, or has answered before.
bool SignalInquiry::Answer(const ucontext_t& context) {
  const pid_t thread = ThisThread();
  for (Question& question : questions_) {
    if (question.thread != thread || question.taken.exchange(true)) continue;
    const auto [stack_pointer, program_counter] = CodeRegistersOf(context);
    hits_.NoteProgramCounter(program_counter);
    // ARM has a register for where to return to.
    hits_.NoteWords(reinterpret_cast<const uintptr_t*>(&context.uc_mcontext),
                    sizeof context.uc_mcontext / sizeof(uintptr_t));
    uintptr_t words[128];
    if (!SearchStack(thread, stack_pointer, {words, 128}, hits_)) failed_ = true;
    question.answered = true;
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t size = write(answers_.get(), &one, sizeof one);
    return true;
  }
  return false;
}

}  // namespace dynamic_reload
