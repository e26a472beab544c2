// Runs the tests of one executable: <executable> <fixture directory> [part of a test's name]

#include "test/native/check.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "test/native/other_process.h"

namespace dynamic_reload::test {
namespace {

struct Test {
  const char* name;
  void (*function)();
};

// Registrations run before main() in an order that the language leaves open between files, so the
// list is made by the first that asks for it.
std::vector<Test>& Tests() {
  static std::vector<Test> tests;
  return tests;
}

struct ProcessBody {
  const char* name;
  void (*function)(const std::string& argument);
};

std::vector<ProcessBody>& ProcessBodies() {
  static std::vector<ProcessBody> bodies;
  return bodies;
}

std::string& MutableFixtureDirectory() {
  static std::string directory;
  return directory;
}

// Flushed line by line: what a test that crashes printed before must not be lost.
void Say(const char* word, const char* name) {
  std::printf("%s %s\n", word, name);
  std::fflush(stdout);
}

int RunMatching(std::string_view part) {
  int count = 0;
  for (const Test& test : Tests()) {
    if (std::string_view(test.name).find(part) == std::string_view::npos) continue;
    Say("run", test.name);
    test.function();
    Say("ok", test.name);
    ++count;
  }
  return count;
}

int RunOther(std::string_view name, const std::string& argument) {
  for (const ProcessBody& body : ProcessBodies()) {
    if (body.name != name) continue;
    body.function(argument);
    return EXIT_SUCCESS;
  }
  return EXIT_FAILURE;
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() == 3 && arguments[0] == "--other") {
    return RunOther(arguments[1], arguments[2]);
  }
  if (arguments.empty() || arguments.size() > 2) {
    std::fputs("usage: <test> <fixture directory> [part of a test's name]\n", stderr);
    return EXIT_FAILURE;
  }
  MutableFixtureDirectory() = arguments[0];
  if (RunMatching(arguments.size() == 2 ? arguments[1] : "") > 0) return EXIT_SUCCESS;
  std::fputs("no test ran\n", stderr);
  return EXIT_FAILURE;
}

}  // namespace

Registration::Registration(const char* name, void (*function)()) {
  Tests().push_back({name, function});
}

const std::string& FixtureDirectory() { return MutableFixtureDirectory(); }

ProcessRegistration::ProcessRegistration(const char* name, void (*body)(const std::string&)) {
  ProcessBodies().push_back({name, body});
}

void Report(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void WaitForever() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

void Fail(const char* file, int line, const std::string& check, const std::string& detail) {
  std::fflush(stdout);  // abort() does not.
  std::fprintf(stderr, "%s:%d: failed: %s\n", file, line, check.c_str());
  if (!detail.empty()) std::fprintf(stderr, "%s\n", detail.c_str());
  std::abort();
}

}  // namespace dynamic_reload::test

int main(int argc, char** argv) {
  return dynamic_reload::test::Main(std::vector<std::string>(argv + 1, argv + argc));
}
