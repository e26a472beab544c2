// A second process of the same program, on any system.

#ifndef DYNAMIC_RELOAD_TEST_NATIVE_OTHER_PROCESS_H_
#define DYNAMIC_RELOAD_TEST_NATIVE_OTHER_PROCESS_H_

#include <cstdint>
#include <string>

namespace dynamic_reload::test {

// Runs a body that the same file has, as long as it takes:
//
//   OTHER_PROCESS(SaysHello) { Report("hello " + argument); }
//
//   OtherProcess other("SaysHello", "world");
//   CHECK_EQ(other.ReadLine(), "hello world");
class OtherProcess {
 public:
  // `argument` is text without quotes, such as a path.
  OtherProcess(const std::string& body, const std::string& argument);
  ~OtherProcess();

  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  // The next line that it reports; empty when it ended before.
  std::string ReadLine();

  // Ends it as a crash does: what it owns stays behind.
  void Kill();

 private:
  intptr_t process_;  // -1 once it has ended.
  intptr_t output_;
};

// For the other process: a line to its parent.
void Report(const std::string& line);

// Until somebody kills it.
[[noreturn]] void WaitForever();

// Adds a body to those that main() finds.
struct ProcessRegistration {
  ProcessRegistration(const char* name, void (*body)(const std::string& argument));
};

}  // namespace dynamic_reload::test

#define OTHER_PROCESS(Name)                                                                       \
  static void RunOther##Name(const std::string& argument);                                        \
  static const ::dynamic_reload::test::ProcessRegistration process_##Name(#Name, RunOther##Name); \
  static void RunOther##Name([[maybe_unused]] const std::string& argument)

#endif  // DYNAMIC_RELOAD_TEST_NATIVE_OTHER_PROCESS_H_
