#include "os/preparation.h"

#include <chrono>
#include <optional>
#include <utility>

#include "base/path.h"
#include "os/file.h"
#include "os/image.h"
#include "os/open_writer.h"
#include "os/shadow_copy.h"
#include "os/system_error.h"

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

Preparation Unsettled(const std::string& path, const FileIdentity& identity) {
  Preparation unsettled = Unfinished(Outcome::kUnsettled, path, "it keeps changing");
  unsettled.identity = identity;
  return unsettled;
}

Preparation CannotOpen(Error error) {
  if (IsInUse(error)) {
    return Unfinished(Outcome::kChanged, error.path, "another process keeps it to itself");
  }
  if (!IsMissing(error)) return {Outcome::kFailed, "", std::move(error)};
  error.code = ErrorCode::kLibraryNotFound;
  return {Outcome::kGone, "", std::move(error)};
}

bool LoadsAs(const File& file, const std::string& baseline) {
  if (baseline.empty()) return false;
  auto other = File::Open(baseline, ErrorCode::kShadowCopy);
  if (!other.ok()) return false;
  other.value().Remember();
  return SameImage(file, other.value());
}

// A failed patch is a failed copy: the path of the error is the original's.
Error PatchError(Error error, const std::string& original) {
  error.destination = std::exchange(error.path, original);
  return error;
}

bool IsCopyOf(const std::string& copy, const File& file, CopyExtent extent) {
  const auto copied = File::Open(copy, ErrorCode::kShadowCopy);
  if (!copied.ok()) return false;
  return extent == CopyExtent::kLoadable ? SameImage(file, copied.value())
                                         : file.Equals(copied.value());
}

// What may have come between while the file was copied, so that the copy is not that of one moment.
std::optional<Preparation> FindDisturbance(File& file, const FileIdentity& before,
                                           const std::string& copy, CopyExtent extent) {
  const auto after = file.Identity();
  if (FindOpenWriter(file) == OpenWriter::kPresent) return Busy(file.path());
  if (after.ok() && after.value() == before) return std::nullopt;
  if (!after.ok() || !after.value().MayHaveContentOf(before)) return Changed(file.path());
  // Most likely another file took its place. This one is still whole, and good to load: or else one
  // that is replaced all the time would never be. Only reading it again tells.
  file.Forget();
  if (!IsCopyOf(copy, file, extent)) return Changed(file.path());
  if (FindOpenWriter(file) == OpenWriter::kPresent) return Busy(file.path());
  return std::nullopt;
}

// Returns how many bytes were copied.
Result<uint64_t> CopyTo(const std::string& destination, const File& file, uint64_t size,
                        CopyExtent extent) {
  if (extent == CopyExtent::kLoadable) return CopyLoadable(file, size, destination);
  const Status copied = CopyFile(file, size, destination);
  if (!copied.ok()) return copied.error();
  return size;
}

// REQUIRES: `before` was taken before anything in the file was looked at
Preparation Copy(File& file, const FileIdentity& before, ShadowDirectory& directory,
                 const PreparationOptions& options) {
  const auto begin = ChangeTimes::Clock::now();
  std::string destination =
      options.destination.empty() ? directory.NextPath(file.path()) : options.destination;
  const auto copied = CopyTo(destination, file, before.size, options.extent);
  if (!copied.ok()) return {Outcome::kFailed, "", copied.error()};
  if (auto disturbance = FindDisturbance(file, before, destination, options.extent)) {
    DeleteCopy(destination);
    return *std::move(disturbance);
  }
  NameChanges names = options.names;
  names.origin = DirectoryIn(file.path());
  const Status patched =
      options.patch.later ? Status(Done{}) : PatchCopy(destination, options.patch, names);
  if (!patched.ok()) {
    DeleteCopy(destination);
    return {Outcome::kFailed, "", PatchError(patched.error(), file.path())};
  }
  const CopyCost cost{ChangeTimes::Clock::now() - begin, copied.value()};
  options.trace.Phase("copy", cost.bytes, " bytes in ", cost.time, " to ", destination);
  return {Outcome::kCopied, std::move(destination), std::nullopt, std::nullopt, cost};
}

}  // namespace

Preparation Prepare(const std::string& path, ShadowDirectory& directory,
                    const PreparationOptions& options) {
  auto opened = File::Open(path, ErrorCode::kShadowCopy);
  if (!opened.ok()) return CannotOpen(opened.error());
  File& file = opened.value();
  const auto identity = file.Identity();
  if (!identity.ok()) return {Outcome::kFailed, "", identity.error()};
  const OpenWriter writer = FindOpenWriter(file);
  if (writer == OpenWriter::kPresent) return Busy(path);

  file.Remember();
  const bool is_settled = options.settled && *options.settled == identity.value();
  const bool may_be_written = writer == OpenWriter::kUnknown && !is_settled;
  ImageCheck check = CheckImage(file);
  if (check.state == ImageState::kIncomplete && !may_be_written) {
    return Unfinished(Outcome::kIncomplete, path, std::move(check.reason));
  }
  if (check.state == ImageState::kWhole && LoadsAs(file, options.baseline)) {
    return {Outcome::kUnchanged, "", std::nullopt};
  }
  if (may_be_written) return Unsettled(path, identity.value());
  return Copy(file, identity.value(), directory, options);
}

}  // namespace dynamic_reload
