#include <link.h>

#include <algorithm>

#include "os/loaded_objects.h"

namespace dynamic_reload {

namespace {

// Of the segments that have all of `flags`.
AddressRange RangeOf(const dl_phdr_info& info, ElfW(Word) flags) {
  AddressRange range{UINTPTR_MAX, 0};
  for (const auto* segment = info.dlpi_phdr; segment < info.dlpi_phdr + info.dlpi_phnum;
       ++segment) {
    if (segment->p_type != PT_LOAD || (segment->p_flags & flags) != flags) continue;
    const uintptr_t begin = info.dlpi_addr + segment->p_vaddr;
    range.begin = std::min(range.begin, begin);
    range.end = std::max(range.end, begin + segment->p_memsz);
  }
  return range;
}

const ElfW(Dyn) * DynamicSectionOf(const dl_phdr_info& info) {
  for (const auto* segment = info.dlpi_phdr; segment < info.dlpi_phdr + info.dlpi_phnum;
       ++segment) {
    if (segment->p_type == PT_DYNAMIC) {
      return reinterpret_cast<const ElfW(Dyn)*>(info.dlpi_addr + segment->p_vaddr);
    }
  }
  return nullptr;
}

// glibc turns the addresses of this section into real ones, except of the vDSO; musl does not.
const char* StringsOf(const dl_phdr_info& info, const ElfW(Dyn) * dynamic) {
  for (const auto* entry = dynamic; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag != DT_STRTAB) continue;
    const uintptr_t address = entry->d_un.d_ptr;
    return reinterpret_cast<const char*>(address < info.dlpi_addr ? info.dlpi_addr + address
                                                                  : address);
  }
  return nullptr;
}

LoadedObject Describe(const dl_phdr_info& info) {
  LoadedObject object{info.dlpi_name, "", {}, RangeOf(info, PF_X)};
  const ElfW(Dyn)* dynamic = DynamicSectionOf(info);
  const char* strings = dynamic == nullptr ? nullptr : StringsOf(info, dynamic);
  if (strings == nullptr) return object;
  for (const auto* entry = dynamic; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_SONAME) object.soname = strings + entry->d_un.d_val;
    if (entry->d_tag == DT_NEEDED) object.needed.emplace_back(strings + entry->d_un.d_val);
  }
  return object;
}

}  // namespace

bool LoadedObject::IsCalled(std::string_view name) const {
  if (name == path || (!soname.empty() && name == soname)) return true;
  const size_t slash = path.rfind('/');
  return slash != std::string::npos && name == std::string_view(path).substr(slash + 1);
}

std::vector<LoadedObject> ListLoadedObjects() {
  std::vector<LoadedObject> objects;
  const auto add = [](dl_phdr_info* info, size_t /*size*/, void* data) {
    static_cast<std::vector<LoadedObject>*>(data)->push_back(Describe(*info));
    return 0;
  };
  dl_iterate_phdr(add, &objects);
  return objects;
}

AddressRange RangeOfLoadedObject(const std::string& path) {
  struct Search {
    const std::string& path;
    AddressRange range;
  } search = {path, {}};
  const auto look = [](dl_phdr_info* info, size_t /*size*/, void* data) {
    auto* found = static_cast<Search*>(data);
    if (found->path != info->dlpi_name) return 0;
    found->range = RangeOf(*info, PF_R);
    return 1;
  };
  dl_iterate_phdr(look, &search);
  return search.range;
}

}  // namespace dynamic_reload
