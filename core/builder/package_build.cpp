#include "core/builder/package_build.hpp"

#include <fmt/format.h>
#include <utility>

#include "core/builder/layout.hpp"
#include "core/builder/script/script.hpp"
#include "core/builder/unpack.hpp"
#include "core/inspect/inspection.hpp"
#include "core/plan/vcs_sources.hpp"

namespace pkgkiln {

namespace {

std::string version_moved(const std::string& made, const std::string& found) {
  return fmt::format(
      "its version is {}, but was {} before the build: the PKGBUILD makes it of what changes, as "
      "the network or the time; pkgver() would be run once, before the build",
      made, found);
}

}  // namespace

PackageBuild::PackageBuild(ContainerRuntime& runtime, const RunIdentity& identity,
                           const BuildSettings& settings, BuildJob job)
    : steps_(runtime, identity, settings, std::move(job)) {}

std::optional<BuildOutcome> PackageBuild::inspect(const Cancellation& cancel) {
  auto ended =
      steps_.stage([this](const Cancellation& bounded) { return first_stage(bounded); }, cancel);
  steps_.remove_container(cancel);
  return ended;
}

BuildOutcome PackageBuild::run(const Cancellation& cancel) {
  auto ended =
      steps_.stage([this](const Cancellation& bounded) { return prepare(bounded); }, cancel);
  if (ended) return *ended;
  ended =
      steps_.stage_in_turn([this](const Cancellation& bounded) { return work(bounded); }, cancel);
  if (ended) return *ended;
  return *steps_.stage([this](const Cancellation& bounded) { return collect(bounded); }, cancel);
}

PackageBuild::Ended PackageBuild::first_stage(const Cancellation& cancel) {
  if (auto ended = Inspection(steps_, inspected_).run(cancel)) return ended;
  return refuse_names(inspected_.srcinfo->package_files(machine_arch()));
}

PackageBuild::Ended PackageBuild::refuse_names(const std::vector<pacman::PackageFileName>& files) {
  for (const auto& file : files)
    if (auto refusal = steps_.job().refuse_name(file.pkgname)) {
      steps_.begin("names");
      steps_.job().log.note(refusal->why);
      // Asked again each time, which costs no build: what is against the name may be gone.
      return Failed{"names", Error(refusal->why).advise(refusal->advice), Fault::elsewhere};
    }
  return std::nullopt;
}

PackageBuild::Ended PackageBuild::prepare(const Cancellation& cancel) {
  if (steps_.job().inspected)
    inspected_ = *steps_.job().inspected;
  else if (auto ended = first_stage(cancel))
    return ended;
  container(cancel);
  return std::nullopt;
}

PackageBuild::Ended PackageBuild::work(const Cancellation& cancel) {
  if (auto ended = install_dependencies(cancel)) return ended;
  if (auto ended = fetch(cancel)) return ended;
  if (!steps_.job().plan.target.network) seal(cancel);
  return build(cancel);
}

BuildContainer& PackageBuild::container(const Cancellation& cancel) {
  return steps_.container(inspected_.commit, cancel);
}

PackageBuild::Ended PackageBuild::install_dependencies(const Cancellation& cancel) {
  steps_.begin("dependencies");
  const auto dependencies = inspected_.srcinfo->build_dependencies();
  const auto result = container(cancel).run(
      {"dependencies", script::dependencies, dependencies, false, offered(dependencies, cancel)},
      cancel);
  if (result.exit_code == 0) return std::nullopt;
  return steps_.failed(result.exit_code, "pacman could not install what it needs");
}

/// The parameters of dependencies.sh for what the target's own repository has of them.
std::map<std::string, std::string> PackageBuild::offered(
    const std::vector<std::string>& dependencies, const Cancellation& cancel) {
  const auto& job = steps_.job();
  std::optional<Offer> offer;
  try {
    if (!dependencies.empty()) offer = job.repository.offer(dependencies);
  } catch (const Error& error) {
    // What it needs may well come from the distribution.
    job.log.note(
        fmt::format("going on without the repository {}: {}", job.repository.name(), error.what()));
  }
  if (!offer) return {};
  auto server = offer->url;
  if (offer->files) {
    container(cancel).copy_in(
        builder::offered, [&](const Sink& tar) { offer->files(tar, cancel); }, cancel);
    server = fmt::format("file://{}/{}", builder::offered, kOfferedDirectory);
  }
  job.log.note(fmt::format("the repository {} is offered as {}", offer->section, server));
  return {{"REPOSITORY", offer->section}, {"REPOSITORY_SERVER", server}};
}

PackageBuild::Ended PackageBuild::fetch(const Cancellation& cancel) {
  steps_.begin("fetch");
  std::vector<std::string> names, verified;
  for (const auto& source : inspected_.srcinfo->verified_sources()) {
    names.push_back(source.name);
    verified.insert(verified.end(), {source.name, source.url});
  }
  container(cancel).set_sources(std::move(names));
  std::map<std::string, std::string> kept;
  if (!steps_.own_cache().empty()) kept["KEPT"] = builder::own_cache;
  const auto result = container(cancel).run(
      {"fetch", script::fetch, std::move(verified), true, std::move(kept)}, cancel);
  if (result.exit_code != 0)
    return steps_.failed(result.exit_code, makepkg_exit_meaning(result.exit_code));
  if (inspected_.moves)
    if (auto ended = look_again(cancel)) return ended;
  announced_ = Announced::from_srcinfo(*inspected_.srcinfo, machine_arch());
  for (const auto& name : announced_->required())
    steps_.job().log.note("to be made: " + name.text());
  if (!inspected_.moves) return std::nullopt;
  if (auto ended = steps_.if_published(announced_->required())) return ended;
  return refuse_names(announced_->required());
}

/// What pkgver() has made of the version. A .SRCINFO may have been believed until now, though it
/// names other sources than the PKGBUILD.
PackageBuild::Ended PackageBuild::look_again(const Cancellation& cancel) {
  StepResult result;
  if (auto ended = steps_.ask({"inspect", script::inspect, {}, true}, result, cancel)) return ended;
  inspected_.srcinfo = pacman::SrcInfo::parse(result.answer, machine_arch());
  inspected_.asked = true;
  inspected_.vcs_sources = as_asked(*inspected_.srcinfo, inspected_.moves, inspected_.vcs_sources);
  return std::nullopt;
}

PackageBuild::Ended PackageBuild::ask_for_list(const Cancellation& cancel) {
  StepResult result;
  if (auto ended = steps_.ask({"packagelist", script::packagelist, {}, true}, result, cancel))
    return ended;
  announced_ = Announced::from_packagelist(result.answer);
  has_list_ = true;
  return std::nullopt;
}

void PackageBuild::seal(const Cancellation& cancel) {
  steps_.begin("seal");
  container(cancel).seal(cancel);
}

PackageBuild::Ended PackageBuild::build(const Cancellation& cancel) {
  steps_.begin("build");
  const auto& job = steps_.job();
  if (job.plan.target.network) job.log.note("not sealed: the target sets network = true");
  // See bootstrap.sh. What makepkg has not said itself may be wrong.
  std::map<std::string, std::string> known{{"PKGKILN_HOLD", "1"}};
  if (inspected_.asked) known["PKGKILN_VERSION"] = announced_->version();
  const auto result = container(cancel).run({"build", script::build, {}, true, known}, cancel);
  if (result.exit_code == 0) return std::nullopt;
  peak_memory_ = container(cancel).peak_memory();
  return steps_.failed(result.exit_code, makepkg_exit_meaning(result.exit_code));
}

BuildOutcome PackageBuild::collect(const Cancellation& cancel) {
  steps_.begin("collect");
  const auto& job = steps_.job();
  std::vector<std::filesystem::path> files;
  try {
    const UnpackLimits limits{.bytes = steps_.settings().host.packages};
    container(cancel).collect(
        [&](const Source& tar) { files = unpack_packages(tar, job.output_dir, limits, cancel); },
        cancel);
  } catch (const Unacceptable&) {
    steps_.begin("accept");
    throw;
  }
  peak_memory_ = container(cancel).peak_memory();
  // What goes wrong from here on is the packages' fault, and would go wrong again.
  steps_.begin("accept");
  Built built;
  built.packages = pacman::PackageArchive::read_set(
      files, {.unpacked = steps_.settings().host.unpacked, .cancel = cancel});
  return accept(std::move(built), cancel);
}

BuildOutcome PackageBuild::accept(Built built, const Cancellation& cancel) {
  const auto& job = steps_.job();
  std::vector<pacman::PackageFileName> names;
  for (const auto& package : built.packages) {
    names.push_back(package.name);
    job.log.note(fmt::format("made {} ({} bytes, sha256 {})", package.name.text(), package.size,
                             package.sha256));
  }
  auto objection = announced_->objection_to(built.packages);
  if (objection && !has_list_) {
    // What was believed may have been wrong.
    steps_.begin("packagelist");
    if (auto ended = ask_for_list(cancel)) return *ended;
    steps_.begin("accept");
    objection = announced_->objection_to(built.packages);
  }
  if (objection) return steps_.failed(0, *objection);
  for (const auto& name : names)
    if (auto refusal = job.refuse_name(name.pkgname))
      return Failed{"accept", Error(refusal->why).advise(refusal->advice), Fault::target, 0,
                    std::move(names)};
  if (const auto& made = names.front().version; made != announced_->version()) {
    if (inspected_.asked) return steps_.failed(0, version_moved(made, announced_->version()));
    job.log.note(
        fmt::format("the version is {}, not {} as announced", made, announced_->version()));
    if (auto ended = steps_.if_published(names)) return *ended;
  }
  return built;
}

}  // namespace pkgkiln
