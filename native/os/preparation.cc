#include "os/preparation.h"

#include <cerrno>
#include <utility>

#include "os/file.h"
#include "os/image.h"
#include "os/open_writer.h"
#include "os/shadow_copy.h"

namespace dynamic_reload {

namespace {

using Outcome = Preparation::Outcome;

Preparation Unfinished(Outcome outcome, const std::string& path, std::string reason) {
  return {outcome, "", Error{ErrorCode::kLibraryIncomplete, "", path, std::move(reason), 0, ""}};
}

Preparation Busy(const std::string& path) {
  return Unfinished(Outcome::kBusy, path, "another process is still writing it");
}

Preparation Changed(const std::string& path) {
  return Unfinished(Outcome::kChanged, path, "it keeps changing");
}

Preparation CannotOpen(Error error) {
  // Another process holds a write lease on it, as file servers do: fcntl(2), "Leases".
  if (error.system_code == EWOULDBLOCK) return Changed(error.path);
  if (error.system_code != ENOENT && error.system_code != ENOTDIR) {
    return {Outcome::kFailed, "", std::move(error)};
  }
  error.code = ErrorCode::kLibraryNotFound;
  return {Outcome::kGone, "", std::move(error)};
}

bool LoadsAs(const File& file, const std::string& baseline) {
  if (baseline.empty()) return false;
  const auto other = File::Open(baseline, ErrorCode::kShadowCopy);
  return other.ok() && SameImage(file, other.value());
}

// REQUIRES: `before` was taken before anything in the file was looked at
Preparation Copy(const File& file, const FileIdentity& before, ShadowDirectory& directory) {
  std::string destination = directory.NextPath(file.path());
  const Status copied = CopyFile(file, before.size, destination);
  if (!copied.ok()) return {Outcome::kFailed, "", copied.error()};
  const auto after = file.Identity();
  const bool has_writer = FindOpenWriter(file) == OpenWriter::kPresent;
  if (has_writer || !after.ok() || !(after.value() == before)) {
    DeleteCopy(destination);
    return has_writer ? Busy(file.path()) : Changed(file.path());
  }
  return {Outcome::kCopied, std::move(destination), std::nullopt};
}

}  // namespace

Preparation Prepare(const std::string& path, const std::string& baseline,
                    ShadowDirectory& directory) {
  const auto opened = File::Open(path, ErrorCode::kShadowCopy);
  if (!opened.ok()) return CannotOpen(opened.error());
  const File& file = opened.value();
  const auto identity = file.Identity();
  if (!identity.ok()) return {Outcome::kFailed, "", identity.error()};
  if (FindOpenWriter(file) == OpenWriter::kPresent) return Busy(path);

  ImageCheck check = CheckImage(file);
  if (check.state == ImageState::kIncomplete) {
    return Unfinished(Outcome::kIncomplete, path, std::move(check.reason));
  }
  if (check.state == ImageState::kWhole && LoadsAs(file, baseline)) {
    return {Outcome::kUnchanged, "", std::nullopt};
  }
  return Copy(file, identity.value(), directory);
}

}  // namespace dynamic_reload
