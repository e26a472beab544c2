// What is read from a DLL without loading it.

#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "os/image.h"
#include "os/image_traits.h"
#include "os/pe_format.h"
#include "test/native/check.h"
#include "test/native/files.h"
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

  // The file's first byte of the section with code, which linkers put first.
  uint32_t CodeOffset() const {
    const size_t first = headers_ + sizeof(PeFileHeader) + sizeof(PeOptionalHeader);
    uint32_t offset = 0;
    bytes_.copy(reinterpret_cast<char*>(&offset), sizeof offset,
                first + offsetof(PeSection, offset));
    return offset;
  }

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
    bytes.LoadsAs(bytes);
  }
}

}  // namespace
}  // namespace dynamic_reload::test
