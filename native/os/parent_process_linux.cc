#include <signal.h>
#include <sys/prctl.h>

#include "os/parent_process.h"

namespace dynamic_reload {

void EndWithParent() { prctl(PR_SET_PDEATHSIG, SIGKILL); }

}  // namespace dynamic_reload
