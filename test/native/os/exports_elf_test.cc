#include <algorithm>
#include <string>
#include <vector>

#include "os/exports.h"
#include "os/image.h"
#include "test/native/check.h"
#include "test/native/elf_bytes.h"
#include "test/native/files.h"
#include "test/native/temporary_directory.h"

namespace dynamic_reload::test {
namespace {

std::vector<std::string> ExportsOf(const std::string& bytes) {
  const TemporaryDirectory directory;
  WriteFile(directory / "library.so", bytes);
  const auto file = File::Open(directory / "library.so", ErrorCode::kLibraryLoad);
  CHECK_OK(file);
  std::vector<std::string> names;
  const auto exports = ReadExports(file.value()).value_or(std::vector<Export>());
  for (const Export& exported : exports) names.push_back(exported.name);
  std::sort(names.begin(), names.end());
  return names;
}

std::string CallsLibrary() { return ReadFile(FixtureDirectory() + "/libcalls.so"); }

bool Exports(const std::string& bytes, const std::string& name) {
  const auto names = ExportsOf(bytes);
  return std::count(names.begin(), names.end(), name) == 1;
}

TEST(ListsWhatALibraryExportsAndNothingElse) {
  CHECK_EQ(ExportsOf(FirstLibrary()), std::vector<std::string>{"shared_fun"});
}

TEST(ListsFunctionsAndVariables) {
  CHECK(Exports(CallsLibrary(), "identity_i32"));
  CHECK(Exports(CallsLibrary(), "variable_i32"));
}

TEST(DoesNotListWhatALibraryImports) {
  CHECK(Exports(CallsLibrary(), "string_length"));  // It calls strlen().
  CHECK(!Exports(CallsLibrary(), "strlen"));
}

Export ExportOf(const std::string& name) {
  const auto file = File::Open(FixtureDirectory() + "/libexports.so", ErrorCode::kLibraryLoad);
  CHECK_OK(file);
  const auto exports = ReadExports(file.value());
  CHECK(exports.has_value());
  for (const Export& exported : *exports) {
    if (exported.name == name) return exported;
  }
  Fail(__FILE__, __LINE__, "ExportOf", "no export " + name);
}

TEST(TellsWhatAnExportIs) {
  CHECK(ExportOf("exported_function").kind == ExportKind::kFunction);
  CHECK(ExportOf("exported_variable").kind == ExportKind::kVariable);
  CHECK(ExportOf("exported_thread_local").kind == ExportKind::kThreadLocal);
  CHECK_EQ(ExportOf("exported_variable").size, 4U);
  CHECK_EQ(ExportOf("exported_zeros").size, 16U);
  CHECK_EQ(ExportOf("exported_text").size, 3U);
}

TEST(TellsVariablesFromConstants) {
  CHECK(ExportOf("exported_variable").is_writable);
  CHECK(ExportOf("exported_zeros").is_writable);
  CHECK(ExportOf("exported_pointer").is_writable);
  CHECK(!ExportOf("exported_constant").is_writable);
  CHECK(!ExportOf("exported_text").is_writable);
  CHECK(!ExportOf("exported_constant_pointer").is_writable);
}

std::optional<InitialValue> InitialValueOf(const std::string& name) {
  const auto file = File::Open(FixtureDirectory() + "/libexports.so", ErrorCode::kLibraryLoad);
  CHECK_OK(file);
  return ReadInitialValue(file.value(), name);
}

TEST(ReadsTheInitialValueOfAVariable) {
  using Bytes = std::vector<unsigned char>;
  CHECK(InitialValueOf("exported_variable")->bytes == (Bytes{4, 3, 2, 1}));
  CHECK(InitialValueOf("exported_constant")->bytes == (Bytes{6, 5}));
  CHECK(InitialValueOf("exported_zeros")->bytes == Bytes(16));
  CHECK(InitialValueOf("exported_text")->bytes == (Bytes{'v', '1', 0}));
  CHECK(!InitialValueOf("exported_function"));
  CHECK(!InitialValueOf("exported_thread_local"));
  CHECK(!InitialValueOf("missing"));
}

TEST(TellsWhichInitialValuesTheLoaderWrites) {
  CHECK(InitialValueOf("exported_pointer")->has_address);
  CHECK(InitialValueOf("exported_constant_pointer")->has_address);
  CHECK(!InitialValueOf("exported_text")->has_address);
  CHECK(!InitialValueOf("exported_variable")->has_address);
}

TEST(SymbolsThatAreHiddenOrLocalAreNotListed) {
  const ElfBytes original(FirstLibrary());
  const Elf64_Shdr table = original.Section(".dynsym");
  const size_t last = table.sh_offset + table.sh_size - sizeof(Elf64_Sym);
  const auto exports_with = [&](auto change) {
    ElfBytes elf = original;
    for (size_t at = table.sh_offset; at <= last; at += sizeof(Elf64_Sym)) {
      auto symbol = elf.At<Elf64_Sym>(at);
      change(symbol);
      elf.SetAt(at, symbol);
    }
    return ExportsOf(elf.bytes()).size();
  };
  CHECK_EQ(exports_with([](auto&) {}), 1);
  CHECK_EQ(exports_with([](auto& symbol) { symbol.st_other = STV_PROTECTED; }), 1);
  CHECK_EQ(exports_with([](auto& symbol) { symbol.st_other = STV_HIDDEN; }), 0);
  CHECK_EQ(exports_with([](auto& symbol) { symbol.st_info = ELF64_ST_INFO(STB_LOCAL, 2); }), 0);
}

TEST(ADamagedFileExportsNothing) {
  const auto nothing = std::vector<std::string>{};
  CHECK_EQ(ExportsOf(""), nothing);
  CHECK_EQ(ExportsOf("text"), nothing);
  CHECK_EQ(ExportsOf(std::string(100'000, '\0')), nothing);
  CHECK_EQ(ExportsOf(FirstLibrary().substr(0, 5000)), nothing);
}

TEST(NoSectionHeadersAreNeeded) {
  ElfBytes elf(FirstLibrary());
  auto header = elf.header();
  header.e_shnum = 0;
  elf.SetHeader(header);
  CHECK_EQ(ExportsOf(elf.bytes()), std::vector<std::string>{"shared_fun"});
}

// Every byte of the tables may be anything: nothing is read or written where it must not be. The
// sanitizers watch.
TEST(DamagedTablesDoNoHarm) {
  const TemporaryDirectory directory;
  const std::string path = directory / "library.so";
  const ElfBytes original(FirstLibrary());
  const auto header = original.header();
  const auto damage_from = [&](size_t start, size_t size) {
    for (size_t offset = start; offset < start + size; offset += 3) {
      std::string bytes = original.bytes();
      bytes[offset] = '\xff';
      WriteFile(path, bytes);
      const auto file = File::Open(path, ErrorCode::kLibraryLoad);
      CHECK_OK(file);
      const auto exports = ReadExports(file.value());
      CHECK(!exports || exports->size() <= 1000);
      ReadInitialValue(file.value(), "shared_fun");
      CHECK(CheckImage(file.value()).state <= ImageState::kForeign);
    }
  };
  const Elf64_Shdr symbols = original.Section(".dynsym");
  damage_from(0, sizeof header);
  damage_from(header.e_phoff, header.e_phnum * sizeof(Elf64_Phdr));
  damage_from(symbols.sh_offset, symbols.sh_size);
  damage_from(header.e_shoff, header.e_shnum * sizeof(Elf64_Shdr));
}

}  // namespace
}  // namespace dynamic_reload::test
