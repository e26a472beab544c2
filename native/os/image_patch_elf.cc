#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <string_view>
#include <utility>

#include "os/elf_dynamic.h"
#include "os/elf_names.h"
#include "os/image_patch.h"
#include "os/image_traits.h"
#include "os/system_error.h"
#include "os/unique_fd.h"

namespace dynamic_reload {

namespace {

// By these the system learns of functions that it calls when nobody expects it: as a thread ends,
// or when a signal comes. What atexit() is told in a library runs as that is unloaded.
constexpr std::array<std::string_view, 6> kCallMeLater = {
    "pthread_key_create", "tss_create", "sigaction", "signal", "bsd_signal", "sysv_signal"};

bool MayHaveReasonToStay(const File& file, const ElfDynamic& image) {
  const auto traits = ReadImageTraits(file);
  if (!traits || traits->is_go || traits->starts_threads) return true;
  return std::any_of(image.symbols.begin(), image.symbols.end(), [&](const Elf64_Sym& symbol) {
    return symbol.st_shndx == SHN_UNDEF &&
           std::find(kCallMeLater.begin(), kCallMeLater.end(), image.Name(symbol.st_name)) !=
               kCallMeLater.end();
  });
}

void FindUniqueSymbols(const ElfDynamic& image, std::vector<PatchedBytes>& patches) {
  for (size_t index = 0; index < image.symbols.size(); ++index) {
    const Elf64_Sym& symbol = image.symbols[index];
    if (ELF64_ST_BIND(symbol.st_info) != STB_GNU_UNIQUE || symbol.st_shndx == SHN_UNDEF) continue;
    const unsigned char weak = ELF64_ST_INFO(STB_WEAK, ELF64_ST_TYPE(symbol.st_info));
    patches.push_back(
        {image.symbols_offset + index * sizeof symbol + offsetof(Elf64_Sym, st_info), {weak}});
  }
}

void FindNodelete(const File& file, const ElfDynamic& image, std::vector<PatchedBytes>& patches) {
  for (size_t index = 0; index < image.entries.size(); ++index) {
    const Elf64_Dyn& entry = image.entries[index];
    if (entry.d_tag != DT_FLAGS_1 || (entry.d_un.d_val & DF_1_NODELETE) == 0) continue;
    if (MayHaveReasonToStay(file, image)) return;
    const Elf64_Xword flags = entry.d_un.d_val & ~Elf64_Xword{DF_1_NODELETE};
    const auto* bytes = reinterpret_cast<const unsigned char*>(&flags);
    patches.push_back({image.entries_offset + index * sizeof entry + offsetof(Elf64_Dyn, d_un),
                       {bytes, bytes + sizeof flags}});
  }
}

bool WriteAt(int fd, const PatchedBytes& patch) {
  ssize_t count;
  do {
    count = pwrite(fd, patch.bytes.data(), patch.bytes.size(), static_cast<off_t>(patch.offset));
  } while (count < 0 && errno == EINTR);
  return count == static_cast<ssize_t>(patch.bytes.size());
}

std::vector<PatchedBytes> FindPatchesOf(const File& file, const ElfDynamic& image,
                                        PatchOptions options) {
  std::vector<PatchedBytes> patches;
  if (!options.keep_unique) FindUniqueSymbols(image, patches);
  FindNodelete(file, image, patches);
  std::sort(patches.begin(), patches.end(),
            [](const auto& one, const auto& other) { return one.offset < other.offset; });
  return patches;
}

}  // namespace

std::vector<PatchedBytes> FindPatches(const File& file, PatchOptions options) {
  const auto image = ReadElfDynamic(file);
  return image ? FindPatchesOf(file, *image, options) : std::vector<PatchedBytes>();
}

Status WritePatches(const std::string& path, const std::vector<PatchedBytes>& patches) {
  chmod(path.c_str(), 0700);  // Copies are read-only. Where that cannot be changed, opening tells.
  const UniqueFd out(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!out.valid()) return SystemError(ErrorCode::kShadowCopy, errno, "open", path);
  for (const PatchedBytes& patch : patches) {
    if (!WriteAt(out.get(), patch)) {
      return SystemError(ErrorCode::kShadowCopy, errno, "pwrite", path);
    }
  }
  fchmod(out.get(), 0500);
  return Done{};
}

Status PatchCopy(const std::string& path, PatchOptions options, const NameChanges& names) {
  auto file = File::Open(path, ErrorCode::kShadowCopy);
  if (!file.ok()) return file.error();
  file.value().Remember();
  const auto image = ReadElfDynamic(file.value());
  if (!image) return Done{};
  std::vector<PatchedBytes> patches = FindPatchesOf(file.value(), *image, options);
  auto changes = FindNameChanges(file.value(), *image, names);
  if (!changes.ok()) return changes.error();
  std::move(changes.value().begin(), changes.value().end(), std::back_inserter(patches));
  return patches.empty() ? Status(Done{}) : WritePatches(path, patches);
}

}  // namespace dynamic_reload
