// What is read from a DLL without loading it.

#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "os/dependencies.h"
#include "os/exports.h"
#include "os/image.h"
#include "os/image_traits.h"
#include "os/pe_format.h"
#include "test/native/check.h"
#include "test/native/files.h"
#include "test/native/system.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

// A DLL as bytes, some of which are to be others.
class PeBytes {
 public:
  explicit PeBytes(std::string bytes) : bytes_(std::move(bytes)) {
    std::memcpy(&headers_, &bytes_[kPlaceOfHeaders], sizeof headers_);
  }

  template <typename Value>
  PeBytes& SetInFileHeader(size_t member, Value value) {
    return SetAt(headers_ + member, value);
  }
  template <typename Value>
  PeBytes& SetInOptionalHeader(size_t member, Value value) {
    return SetAt(headers_ + sizeof(PeFileHeader) + member, value);
  }
  template <typename Value>
  PeBytes& SetAt(size_t offset, Value value) {
    std::memcpy(&bytes_[offset], &value, sizeof value);
    return *this;
  }

  size_t CodeOffset() const { return test::CodeOffset(bytes_); }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  uint32_t headers_ = 0;
};

class Bytes {
 public:
  explicit Bytes(const std::string& content) { WriteFile(path_, content); }

  ImageCheck Check() const { return CheckImage(Open()); }
  std::optional<ImageTraits> Traits() const { return ReadImageTraits(Open()); }
  std::optional<std::vector<Export>> Exports() const { return ReadExports(Open()); }
  bool LoadsAs(const Bytes& other) const { return SameImage(Open(), other.Open()); }

 private:
  File Open() const {
    auto file = File::Open(path_, ErrorCode::kLibraryLoad);
    CHECK_OK(file);
    return std::move(file).value();
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_ / "library.dll";
};

TEST(ALibraryIsWhole) {
  const ImageCheck check = Bytes(FirstLibrary()).Check();
  CHECK_EQ(check.state, ImageState::kWhole);
  CHECK_EQ(check.reason, "");
}

TEST(NoPrefixOfWhatIsLoadedIsWhole) {
  const std::string whole = FirstLibrary();
  const size_t code = PeBytes(whole).CodeOffset();
  for (size_t size = 0; size < code; size += 7) {
    const ImageCheck check = Bytes(whole.substr(0, size)).Check();
    CHECK_EQ(check.state, ImageState::kIncomplete);
    CHECK(!check.reason.empty());
  }
}

TEST(WhatIsNotWrittenYetIsIncomplete) {
  const std::string zeros(FirstLibrary().size(), '\0');
  CHECK_EQ(Bytes(zeros).Check().reason, "its headers are not written yet");
  CHECK_EQ(Bytes("garbage, and more of it").Check().reason, "not a PE file");
  CHECK_EQ(Bytes("").Check().reason, "the file is empty");
}

TEST(WhatWindowsRefusesIsForeign) {
  PeBytes other_machine(FirstLibrary());
  other_machine.SetInFileHeader(offsetof(PeFileHeader, machine), uint16_t{0x14c});
  CHECK_EQ(Bytes(other_machine.bytes()).Check().reason, "for another machine");
  PeBytes program(FirstLibrary());
  program.SetInFileHeader(offsetof(PeFileHeader, characteristics), uint16_t{0x22});
  CHECK_EQ(Bytes(program.bytes()).Check().state, ImageState::kForeign);
  CHECK_EQ(Bytes(program.bytes()).Check().reason, "not a shared library");
}

TEST(ItIsTheSameAfterAnotherLinkAndASignature) {
  PeBytes linked(FirstLibrary());
  linked.SetInFileHeader(offsetof(PeFileHeader, time), uint32_t{12345});
  linked.SetInOptionalHeader(offsetof(PeOptionalHeader, checksum), uint32_t{54321});
  CHECK(Bytes(FirstLibrary()).LoadsAs(Bytes(linked.bytes() + "signature")));
}

TEST(OneByteOfCodeMakesItAnother) {
  PeBytes changed(FirstLibrary());
  changed.SetAt(changed.CodeOffset(), '\xcc');
  CHECK(!Bytes(FirstLibrary()).LoadsAs(Bytes(changed.bytes())));
  CHECK(!Bytes(FirstLibrary()).LoadsAs(Bytes(SecondLibrary())));
}

TEST(TellsWhatItDependsOnAndWhetherItStartsThreads) {
  const auto dependent = Bytes(ReadFile(FixturePath("libdependent"))).Traits();
  CHECK(dependent.has_value());
  bool is_found = false;
  for (const std::string& name : dependent->needed) is_found |= name == "libdependency.dll";
  CHECK(is_found);
  CHECK(Bytes(ReadFile(FixturePath("libown_threads"))).Traits()->starts_threads);
}

TEST(TellsWhatItExports) {
  std::map<std::string, ExportKind> kinds;
  const auto exports = Bytes(ReadFile(FixturePath("libcalls"))).Exports();
  CHECK(exports.has_value());
  for (const Export& each : *exports) kinds.emplace(each.name, each.kind);
  CHECK_EQ(kinds.at("greeting"), ExportKind::kFunction);
  CHECK_EQ(kinds.at("variable_f64"), ExportKind::kVariable);
  CHECK_EQ(kinds.count("no_such_symbol"), 0);
}

TEST(FindsWhatLiesBeside) {
  const std::string path = FixturePath("libdependent");
  const DependencyGraph graph = FindDependencies(path);
  CHECK_EQ(graph.members.size(), 2);
  CHECK_EQ(graph.members[0].path, path);
  CHECK_EQ(graph.members[0].needed.at("libdependency.dll"), 1);
  CHECK_EQ(graph.places.count(graph.members[1].path), 1);

  const TemporaryDirectory directory;
  WriteFile(directory / "libdependent.dll", ReadFile(path));
  const DependencyGraph alone = FindDependencies(directory / "libdependent.dll");
  CHECK_EQ(alone.members.size(), 1);
  CHECK_EQ(alone.missing, std::set<std::string>{"libdependency.dll"});
  CHECK_EQ(alone.places.count(directory / "libdependency.dll"), 1);
}

// Whatever it says, nothing is read from outside, and it ends.
TEST(ADamagedLibraryDoesNoHarm) {
  const std::string whole = FirstLibrary();
  const size_t code = PeBytes(whole).CodeOffset();
  for (size_t offset = 0; offset < code; offset += 3) {
    PeBytes damaged(whole);
    damaged.SetAt(offset, uint32_t{0xffffffff});
    const Bytes bytes(damaged.bytes());
    bytes.Check();
    bytes.Traits();
    bytes.Exports();
    bytes.LoadsAs(bytes);
  }
}

}  // namespace
}  // namespace dynamic_reload::test
