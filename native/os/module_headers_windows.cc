#include <algorithm>

#include "os/module_headers.h"
#include "os/windows_api.h"

namespace dynamic_reload {

namespace {

// No list of a module that works is longer.
constexpr uint32_t kMostEntries = 100'000;

bool ReadBytes(uintptr_t address, void* bytes, size_t size) {
  SIZE_T count = 0;
  return ReadProcessMemory(GetCurrentProcess(), reinterpret_cast<const void*>(address), bytes, size,
                           &count) != 0 &&
         count == size;
}

template <typename T>
std::optional<T> ReadValue(uintptr_t address) {
  T value;
  if (!ReadBytes(address, &value, sizeof value)) return std::nullopt;
  return value;
}

// A text that ends with a zero, or with what can be read.
std::string ReadText(uintptr_t address) {
  std::string text;
  for (;;) {
    // Within a block of memory, so that all of it is there if any of it is.
    char part[64];
    const size_t size = sizeof part - address % sizeof part;
    if (!ReadBytes(address, part, size)) return text;
    const auto length = static_cast<size_t>(std::find(part, part + size, '\0') - part);
    text.append(part, length);
    if (length < size) return text;
    address += size;
  }
}

AddressRange CodeIn(uintptr_t sections, size_t count, uintptr_t base) {
  AddressRange code{UINTPTR_MAX, 0};
  for (size_t index = 0; index < count; ++index) {
    const auto section =
        ReadValue<IMAGE_SECTION_HEADER>(sections + index * sizeof(IMAGE_SECTION_HEADER));
    if (!section || (section->Characteristics & IMAGE_SCN_MEM_EXECUTE) == 0) continue;
    const uintptr_t begin = base + section->VirtualAddress;
    code.begin = std::min(code.begin, begin);
    code.end = std::max(code.end, begin + section->Misc.VirtualSize);
  }
  return code;
}

}  // namespace

std::optional<ModuleHeaders> ModuleHeaders::Read(uintptr_t base) {
  const auto dos = ReadValue<IMAGE_DOS_HEADER>(base);
  if (!dos || dos->e_magic != IMAGE_DOS_SIGNATURE) return std::nullopt;
  const uintptr_t start = base + static_cast<uintptr_t>(dos->e_lfanew);
  const auto headers = ReadValue<IMAGE_NT_HEADERS>(start);
  if (!headers || headers->Signature != IMAGE_NT_SIGNATURE) return std::nullopt;
  const IMAGE_OPTIONAL_HEADER& optional = headers->OptionalHeader;
  const uintptr_t sections =
      start + offsetof(IMAGE_NT_HEADERS, OptionalHeader) + headers->FileHeader.SizeOfOptionalHeader;

  ModuleHeaders module;
  module.range_ = {base, base + optional.SizeOfImage};
  module.code_ = CodeIn(sections, headers->FileHeader.NumberOfSections, base);
  module.exports_ = optional.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress;
  module.imports_ = optional.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress;
  return module;
}

std::string ModuleHeaders::Name() const {
  if (exports_ == 0) return "";
  const auto table = ReadValue<IMAGE_EXPORT_DIRECTORY>(range_.begin + exports_);
  return table && table->Name != 0 ? ReadText(range_.begin + table->Name) : "";
}

std::vector<ModuleHeaders::Import> ModuleHeaders::Imports() const {
  std::vector<Import> imports;
  if (imports_ == 0) return imports;
  for (uint32_t index = 0; index < kMostEntries; ++index) {
    const auto entry = ReadValue<IMAGE_IMPORT_DESCRIPTOR>(range_.begin + imports_ +
                                                          index * sizeof(IMAGE_IMPORT_DESCRIPTOR));
    if (!entry || entry->Name == 0) break;
    imports.push_back(
        {ReadText(range_.begin + entry->Name), entry->OriginalFirstThunk, entry->FirstThunk});
  }
  return imports;
}

std::vector<std::string> ModuleHeaders::Dependencies() const {
  std::vector<std::string> names;
  for (Import& import : Imports()) names.push_back(std::move(import.module));
  return names;
}

void* ModuleHeaders::FindIn(const Import& import, const std::string& symbol) const {
  if (import.names == 0) return nullptr;  // The loader has written over the names.
  for (uint32_t index = 0; index < kMostEntries; ++index) {
    const uint32_t offset = index * static_cast<uint32_t>(sizeof(IMAGE_THUNK_DATA));
    const auto name = ReadValue<IMAGE_THUNK_DATA>(range_.begin + import.names + offset);
    if (!name || name->u1.AddressOfData == 0) return nullptr;
    if (IMAGE_SNAP_BY_ORDINAL(name->u1.Ordinal)) continue;
    const uintptr_t text = range_.begin + static_cast<uintptr_t>(name->u1.AddressOfData) +
                           offsetof(IMAGE_IMPORT_BY_NAME, Name);
    if (ReadText(text) != symbol) continue;
    const auto address = ReadValue<uintptr_t>(range_.begin + import.addresses + offset);
    return reinterpret_cast<void*>(address.value_or(0));
  }
  return nullptr;
}

void* ModuleHeaders::FindImport(const std::string& symbol) const {
  for (const Import& import : Imports()) {
    if (void* address = FindIn(import, symbol)) return address;
  }
  return nullptr;
}

}  // namespace dynamic_reload
