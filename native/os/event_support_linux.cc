#include <sys/vfs.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "os/event_support.h"

namespace dynamic_reload {

namespace {

// What statfs(2) gives as f_type. The kernel's headers do not have all of them.
constexpr uint32_t kSilentFileSystems[] = {
    0x6969,      // NFS
    0x517B,      // SMB
    0xFE534D42,  // SMB 2 and later
    0xFF534D42,  // CIFS
    0x01021997,  // 9P: WSL, QEMU, gVisor
    0x65735546,  // FUSE, and with it VirtioFS and sshfs
    0x786F4256,  // VirtualBox shared folders
    0xBACBACBC,  // VMware shared folders
    0x7C7C6673,  // Parallels shared folders
    0x5346414F,  // AFS
    0x6B414653,  // AFS of the kernel
    0x73757245,  // Coda
    0x564C,      // NCP
    0x00C36400,  // Ceph
    0x0BD00BD0,  // Lustre
    0x47504653,  // GPFS
    0x19830326,  // BeeGFS
    0x7461636F,  // OCFS2
    0x01161970,  // GFS2
    0xAAD7AAEA,  // PanFS
};

bool IsSilent(const std::string& directory) {
  struct statfs status {};
  if (statfs(directory.c_str(), &status) != 0) return false;  // Gone: there is another plan soon.
  const auto type = static_cast<uint32_t>(status.f_type);
  return std::find(std::begin(kSilentFileSystems), std::end(kSilentFileSystems), type) !=
         std::end(kSilentFileSystems);
}

}  // namespace

bool DeliversEvents(const PathPlan& plan) {
  return std::none_of(plan.entries.begin(), plan.entries.end(),
                      [](const PathPlan::Entry& entry) { return IsSilent(entry.directory); });
}

}  // namespace dynamic_reload
