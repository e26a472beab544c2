#include "os/dependency_preparation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "os/shadow_copy.h"

namespace dynamic_reload {

namespace {

using Outcome = Preparation::Outcome;

Preparation Changed(const std::string& path) {
  return {Outcome::kChanged, "",
          Error{ErrorCode::kLibraryIncomplete, "", path, "it keeps changing", 0, ""}};
}

class SetLook {
 public:
  SetLook(const DependencyGraph& graph, ShadowDirectory& directory,
          const SetPreparationOptions& options)
      : graph_(graph), directory_(directory), options_(options), settled_(options.settled) {
    // Each must know the names of the others before it is copied.
    for (const auto& member : graph_.members) names_.push_back(directory_.NextPath(member.path));
    is_copied_.resize(names_.size());
  }

  SetPreparation Run() {
    Preparation preparation = Look();
    if (preparation.outcome == Outcome::kCopied) {
      return {std::move(preparation), {graph_, names_}, {}};
    }
    for (size_t index = 0; index < names_.size(); ++index) {
      if (is_copied_[index]) DeleteCopy(names_[index]);
    }
    return {std::move(preparation), {}, std::move(settled_)};
  }

 private:
  Preparation Look() {
    if (auto problem = CopyMembers(/*compare=*/true)) return std::move(*problem);
    const bool any_differs =
        std::find(is_copied_.begin(), is_copied_.end(), true) != is_copied_.end();
    if (!any_differs) return {Outcome::kUnchanged, "", std::nullopt};
    if (auto problem = FindMissing()) return std::move(*problem);
    if (auto problem = CopyMembers(/*compare=*/false)) return std::move(*problem);
    // The files that were copied may not be those that were read before.
    const DependencyGraph now = FindDependencies(graph_.members[0].path);
    if (!(now.members == graph_.members)) return Changed(graph_.members[0].path);
    return {Outcome::kCopied, names_[0], std::nullopt, std::nullopt, cost_};
  }

  // Copies those that are not yet, or with `compare` those of them that differ. Returns what keeps
  // it from doing so.
  std::optional<Preparation> CopyMembers(bool compare) {
    std::optional<Preparation> unsettled;
    for (size_t index = 0; index < names_.size(); ++index) {
      if (is_copied_[index]) continue;
      Preparation member = PrepareMember(index, compare);
      is_copied_[index] = member.outcome == Outcome::kCopied;
      cost_.time += member.cost.time;
      cost_.bytes += member.cost.bytes;
      if (is_copied_[index] || member.outcome == Outcome::kUnchanged) continue;
      const std::string& path = graph_.members[index].path;
      // It was there a moment before.
      if (member.outcome == Outcome::kGone && index > 0) return Changed(path);
      if (member.outcome != Outcome::kUnsettled) return member;
      settled_.insert_or_assign(path, *member.identity);
      unsettled = std::move(member);
    }
    return unsettled;
  }

  Preparation PrepareMember(size_t index, bool compare) {
    const auto& member = graph_.members[index];
    PreparationOptions options;
    if (compare) options.baseline = BaselineOf(member.path);
    const auto settled = settled_.find(member.path);
    if (settled != settled_.end()) options.settled = settled->second;
    options.patch = options_.patch;
    options.extent = options_.extent;
    options.trace = options_.trace;
    options.destination = names_[index];
    if (index > 0) options.names.soname = names_[index];
    for (const auto& [name, needed] : member.needed) options.names.needed[name] = names_[needed];
    return Prepare(member.path, directory_, options);
  }

  std::string BaselineOf(const std::string& path) const {
    if (options_.baseline == nullptr) return "";
    const auto& members = options_.baseline->graph.members;
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const auto& member) { return member.path == path; });
    if (found == members.end()) return "";
    return options_.baseline->copies[static_cast<size_t>(found - members.begin())];
  }

  // What the running version had beside it, and is still asked for. It may be on its way.
  std::optional<Preparation> FindMissing() const {
    if (options_.baseline == nullptr) return std::nullopt;
    for (const std::string& name : graph_.missing) {
      const auto before = options_.baseline->graph.found.find(name);
      if (before == options_.baseline->graph.found.end()) continue;
      return Preparation{Outcome::kIncomplete, "",
                         Error{ErrorCode::kLibraryNotFound, "", before->second, "", 0, ""}};
    }
    return std::nullopt;
  }

  const DependencyGraph& graph_;
  ShadowDirectory& directory_;
  const SetPreparationOptions& options_;
  std::map<std::string, FileIdentity> settled_;
  std::vector<std::string> names_;  // Paths of the copies.
  std::vector<bool> is_copied_;
  CopyCost cost_;
};

}  // namespace

SetPreparation PrepareSet(const DependencyGraph& graph, ShadowDirectory& directory,
                          const SetPreparationOptions& options) {
  return SetLook(graph, directory, options).Run();
}

}  // namespace dynamic_reload
