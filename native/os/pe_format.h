// The tables of a PE image, as they are in its file: Microsoft, "PE Format".

#ifndef DYNAMIC_RELOAD_OS_PE_FORMAT_H_
#define DYNAMIC_RELOAD_OS_PE_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace dynamic_reload {

// "MS-DOS Stub": where the other headers are stands at a fixed place of it.
inline constexpr uint16_t kDosMagic = 0x5a4d;  // "MZ"
inline constexpr uint64_t kPlaceOfHeaders = 0x3c;
inline constexpr uint64_t kDosHeaderSize = 0x40;

// "Signature" and "COFF File Header".
struct PeFileHeader {
  uint32_t signature;
  uint16_t machine;
  uint16_t section_count;
  uint32_t time;
  uint32_t symbols;
  uint32_t symbol_count;
  uint16_t optional_size;
  uint16_t characteristics;
};
static_assert(sizeof(PeFileHeader) == 24);
inline constexpr uint32_t kPeSignature = 0x4550;  // "PE", and two zeros.
inline constexpr uint16_t kPeMachineX64 = 0x8664;
inline constexpr uint16_t kPeMachineArm64 = 0xaa64;
inline constexpr uint16_t kPeIsDll = 0x2000;

// "Optional Header Data Directories": by their numbers.
struct PeDirectory {
  uint32_t address;  // As all addresses in an image, relative to its beginning.
  uint32_t size;
};
inline constexpr size_t kPeExports = 0;
inline constexpr size_t kPeImports = 1;
inline constexpr size_t kPeCertificates = 4;
inline constexpr size_t kPeDebug = 6;
inline constexpr size_t kPeDelayImports = 13;
inline constexpr size_t kPeDirectories = 16;

// "Optional Header" of the 64-bit kind, PE32+.
struct PeOptionalHeader {
  uint16_t magic;
  uint8_t linker[2];
  uint32_t code_size;
  uint32_t data_size;
  uint32_t zeros_size;
  uint32_t entry;
  uint32_t code;
  uint64_t base;
  uint32_t section_alignment;
  uint32_t file_alignment;
  uint16_t versions[6];
  uint32_t reserved;
  uint32_t image_size;
  uint32_t headers_size;
  uint32_t checksum;
  uint16_t subsystem;
  uint16_t characteristics;
  uint64_t stack_and_heap[4];
  uint32_t flags;
  uint32_t directory_count;
  PeDirectory directories[kPeDirectories];
};
static_assert(sizeof(PeOptionalHeader) == 240);
inline constexpr uint16_t kPeMagic64 = 0x20b;

// "Section Table".
struct PeSection {
  char name[8];
  uint32_t memory_size;
  uint32_t address;
  uint32_t file_size;
  uint32_t offset;
  uint32_t relocations;
  uint32_t line_numbers;
  uint16_t relocation_count;
  uint16_t line_number_count;
  uint32_t characteristics;
};
static_assert(sizeof(PeSection) == 40);

// "Export Directory Table".
struct PeExportTable {
  uint32_t flags;
  uint32_t time;
  uint32_t version;
  uint32_t library;
  uint32_t first_ordinal;
  uint32_t address_count;
  uint32_t name_count;
  uint32_t addresses;
  uint32_t names;
  uint32_t ordinals;  // Of the names, each an index into `addresses`.
};
static_assert(sizeof(PeExportTable) == 40);

// "Import Directory Table": the last entry is all zeros.
struct PeImport {
  uint32_t names;  // Of the symbols, or of old linkers 0: `addresses` has them, too.
  uint32_t time;
  uint32_t forwarder;
  uint32_t module;
  uint32_t addresses;
};
static_assert(sizeof(PeImport) == 20);

// "Delay-Load Directory Table": the same for what is loaded when it is called first.
struct PeDelayImport {
  uint32_t attributes;
  uint32_t module;
  uint32_t handle;
  uint32_t addresses;
  uint32_t names;
  uint32_t bound;
  uint32_t unload;
  uint32_t time;
};
static_assert(sizeof(PeDelayImport) == 32);

// "Import Lookup Table".
inline constexpr uint64_t kPeByOrdinal = uint64_t{1} << 63;
inline constexpr uint64_t kPeHintSize = 2;  // Before the name of a symbol.

}  // namespace dynamic_reload

#endif  // DYNAMIC_RELOAD_OS_PE_FORMAT_H_
