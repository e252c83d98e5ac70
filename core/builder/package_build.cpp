#include "core/builder/package_build.hpp"

#include <fmt/format.h>
#include <utility>

#include "core/base/text.hpp"
#include "core/builder/layout.hpp"
#include "core/builder/script/script.hpp"
#include "core/builder/unpack.hpp"
#include "core/inspect/inspect.hpp"

namespace pkgkiln {

namespace {

std::string version_moved(const std::string& made, const std::string& found) {
  return fmt::format(
      "its version is {}, but was {} before the build: the PKGBUILD makes it of what changes, as "
      "the network or the time; pkgver() would be run once, before the build",
      made, found);
}

}  // namespace

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
      steps_.stage_in_slot([this](const Cancellation& bounded) { return work(bounded); }, cancel);
  if (ended) return *ended;
  return *steps_.stage([this](const Cancellation& bounded) { return collect(bounded); }, cancel);
}

std::optional<BuildOutcome> PackageBuild::run_until(const std::string& step,
                                                    const Cancellation& cancel) {
  const auto work = [&](const Cancellation& bounded) -> Ended {
    if (auto ended = prepare(bounded)) return ended;
    if (step == "dependencies") return std::nullopt;
    if (auto ended = install_dependencies(bounded)) return ended;
    if (step == "fetch") return std::nullopt;
    if (auto ended = fetch(bounded)) return ended;
    if (!steps_.job().target.network) seal(bounded);
    return std::nullopt;
  };
  return steps_.stage(work, cancel);
}

PackageBuild::Ended PackageBuild::first_stage(const Cancellation& cancel) {
  look_on_host(cancel);
  auto& found = inspection();
  if (!found.srcinfo)
    if (auto ended = ask_makepkg(cancel)) return ended;
  if (auto why = why_not_for_machine(steps_.job()); !why.empty()) {
    steps_.context().log.note("skipped: " + why);
    return UpToDate{std::move(why), {}};
  }
  found.vcs_sources = ask_sources(found, steps_.context().remotes, cancel);
  if (!found.moves)  // a version that moves says nothing yet
    if (auto ended = settle_release(cancel)) return ended;
  return refuse_names(found.srcinfo->package_files(steps_.job().arch));
}

void PackageBuild::look_on_host(const Cancellation& cancel) {
  steps_.begin("source");
  const auto& context = steps_.context();
  auto& job = context.job;
  if (job.inspection) {
    context.log.note(fmt::format("{} at {}", job.plan.ref, job.plan.commit));
  } else {
    const auto tip = context.source.fetch({job.plan.ref, job.plan.commit}, cancel);
    job.inspection = std::make_shared<Inspection>();
    job.inspection->commit = tip.commit;
    context.log.note(fmt::format("{} at {}", tip.ref, tip.commit));
    steps_.begin("inspect");
    job.inspection = std::make_shared<Inspection>(
        inspect_on_host(context.source, tip.commit, job.target, job.arch));
  }
  if (const auto& problem = job.inspection->srcinfo_problem; !problem.empty())
    context.log.note("its .SRCINFO is not used: " + problem);
  for (const auto& remark : job.inspection->remarks) context.log.note(remark);
}

PackageBuild::Ended PackageBuild::ask_makepkg(const Cancellation& cancel) {
  steps_.container(cancel);
  steps_.begin("inspect");
  StepResult result;
  if (auto ended = ask_for_srcinfo(result, cancel)) return ended;
  inspection().moves = result.has_pkgver;
  inspection().said = std::move(result.answer);
  return std::nullopt;
}

PackageBuild::Ended PackageBuild::ask_for_srcinfo(StepResult& result, const Cancellation& cancel) {
  if (auto ended = steps_.ask({"inspect", script::inspect, {}, true}, result, cancel)) return ended;
  auto& found = inspection();
  found.srcinfo = pacman::SrcInfo::parse(result.answer, steps_.job().arch);
  found.asked = true;
  steps_.pass_on_inspection();
  return std::nullopt;
}

PackageBuild::Ended PackageBuild::settle_release(const Cancellation& cancel) {
  const auto& job = steps_.job();
  auto& found = inspection();
  const auto release = release_of(job);
  const bool unpublished = release.change == Release::Change::unpublished;
  if (auto ended = steps_.if_published(release.files, unpublished ? job.previous->tree : ""))
    return ended;
  const auto own = found.srcinfo->version;
  if (release.version == own) return std::nullopt;
  found.pkgrel = release.version.substr(release.version.rfind('-') + 1);
  steps_.context().log.note(fmt::format(
      "built as pkgrel {}, since version {} is of {}", found.pkgrel, job.previous->version,
      release.change == Release::Change::none ? "these files" : "other files"));
  steps_.container(cancel);
  steps_.pass_on_inspection();
  StepResult result;
  if (auto ended = ask_for_srcinfo(result, cancel)) return ended;
  if (found.srcinfo->version == release.version) return std::nullopt;
  return steps_.failed(0, fmt::format("it can't be built as {}, since the PKGBUILD makes it {}",
                                      release.version, found.srcinfo->version));
}

PackageBuild::Ended PackageBuild::refuse_names(const std::vector<pacman::PackageFileName>& files) {
  for (const auto& file : files)
    if (auto refusal = steps_.context().refuse_name(file)) {
      steps_.begin("names");
      steps_.context().log.note(refusal->why);
      // Asked again each time, which costs no build: what is against the name may be gone.
      return Failed{"names", Error(refusal->why).advise(refusal->advice), Fault::elsewhere};
    }
  return std::nullopt;
}

PackageBuild::Ended PackageBuild::prepare(const Cancellation& cancel) {
  if (steps_.job().stage != Job::Stage::inspected)
    if (auto ended = first_stage(cancel)) return ended;
  steps_.container(cancel);
  return std::nullopt;
}

PackageBuild::Ended PackageBuild::work(const Cancellation& cancel) {
  if (auto ended = install_dependencies(cancel)) return ended;
  if (auto ended = fetch(cancel)) return ended;
  if (!steps_.job().target.network) seal(cancel);
  return build(cancel);
}

PackageBuild::Ended PackageBuild::install_dependencies(const Cancellation& cancel) {
  const bool is_again = !steps_.context().former.installed.empty();
  if (is_again && restore_packages(false, cancel)) return std::nullopt;
  steps_.begin("dependencies");
  const auto dependencies = inspection().srcinfo->build_dependencies();
  const auto result = steps_.container(cancel).run(
      {"dependencies", script::dependencies, dependencies, false, offered(dependencies, cancel)},
      cancel);
  if (result.exit_code != 0)
    return steps_.failed(result.exit_code, "pacman could not install what it needs");
  if (is_again) restore_packages(true, cancel);
  return std::nullopt;
}

bool PackageBuild::restore_packages(bool even_some, const Cancellation& cancel) {
  steps_.begin("restore");
  const auto& former = steps_.context().former;
  std::map<std::string, std::string> how;
  if (even_some) how["EVEN_SOME"] = "1";
  if (!former.archive.empty()) how["ARCHIVE"] = former.archive;
  const auto result = steps_.container(cancel).query(
      {"restore", script::restore, former.installed, false, std::move(how)}, cancel);
  gone_.clear();
  for (std::string_view rest = result.answer; !rest.empty();)
    gone_.emplace_back(take_until(rest, '\n'));
  return result.exit_code == 0 && gone_.empty();
}

/// The parameters of dependencies.sh for what the target's own repository has of them.
std::map<std::string, std::string> PackageBuild::offered(
    const std::vector<std::string>& dependencies, const Cancellation& cancel) {
  const auto& context = steps_.context();
  std::optional<Offer> offer;
  try {
    if (!dependencies.empty()) offer = context.repository.offer(dependencies);
  } catch (const Error& error) {
    // What it needs may well come from the distribution.
    context.log.note(fmt::format("going on without the repository {}: {}",
                                 context.repository.name(), error.what()));
  }
  if (!offer) return {};
  auto server = offer->url;
  if (offer->files) {
    steps_.container(cancel).copy_in(
        builder::offered, [&](const Sink& tar) { offer->files(tar, cancel); }, cancel);
    server = fmt::format("file://{}/{}", builder::offered, kOfferedDirectory);
  }
  context.log.note(fmt::format("the repository {} is offered as {}", offer->section, server));
  return {{"REPOSITORY", offer->section}, {"REPOSITORY_SERVER", server}};
}

PackageBuild::Ended PackageBuild::fetch(const Cancellation& cancel) {
  steps_.begin("fetch");
  std::vector<std::string> names, verified;
  for (const auto& source : inspection().srcinfo->verified_sources()) {
    names.push_back(source.name);
    verified.insert(verified.end(), {source.name, source.url});
  }
  steps_.container(cancel).set_sources(std::move(names));
  std::map<std::string, std::string> kept;
  if (!steps_.own_cache().empty()) kept["KEPT"] = builder::own_cache;
  const auto result = steps_.container(cancel).run(
      {"fetch", script::fetch, std::move(verified), true, std::move(kept)}, cancel);
  if (result.exit_code != 0)
    return steps_.failed(result.exit_code, makepkg_exit_meaning(result.exit_code));
  if (inspection().moves)
    if (auto ended = look_again(cancel)) return ended;
  expected_ = ExpectedPackages::from_srcinfo(*inspection().srcinfo, steps_.job().arch);
  for (const auto& name : expected_->required())
    steps_.context().log.note("to be made: " + name.text());
  return inspection().moves ? refuse_names(expected_->required()) : std::nullopt;
}

/// What pkgver() has made of the version. A .SRCINFO may have been believed until now, though it
/// names other sources than the PKGBUILD.
PackageBuild::Ended PackageBuild::look_again(const Cancellation& cancel) {
  StepResult result;
  if (auto ended = ask_for_srcinfo(result, cancel)) return ended;
  inspection().vcs_sources = as_asked(inspection());
  return settle_release(cancel);
}

PackageBuild::Ended PackageBuild::ask_for_list(const Cancellation& cancel) {
  StepResult result;
  if (auto ended = steps_.ask({"packagelist", script::packagelist, {}, true}, result, cancel))
    return ended;
  expected_ = ExpectedPackages::from_packagelist(result.answer);
  has_list_ = true;
  return std::nullopt;
}

void PackageBuild::seal(const Cancellation& cancel) {
  steps_.begin("seal");
  steps_.container(cancel).seal(cancel);
}

PackageBuild::Ended PackageBuild::build(const Cancellation& cancel) {
  steps_.begin("build");
  const auto& context = steps_.context();
  if (context.job.target.network) context.log.note("not sealed: the target sets network = true");
  // See bootstrap.sh. What makepkg has not said itself may be wrong.
  std::map<std::string, std::string> known{{"PKGKILN_HOLD", "1"}};
  if (inspection().asked) known["PKGKILN_VERSION"] = expected_->version();
  const auto result =
      steps_.container(cancel).run({"build", script::build, {}, true, known}, cancel);
  if (result.exit_code == 0) return std::nullopt;
  peak_memory_ = steps_.container(cancel).peak_memory();
  return steps_.failed(result.exit_code, makepkg_exit_meaning(result.exit_code));
}

BuildOutcome PackageBuild::collect(const Cancellation& cancel) {
  steps_.begin("collect");
  const auto& context = steps_.context();
  std::vector<std::filesystem::path> files;
  try {
    const UnpackLimits limits{.bytes = steps_.settings().host.packages};
    steps_.container(cancel).collect(
        [&](const Source& tar) {
          files = unpack_packages(tar, context.output_dir, limits, cancel);
        },
        cancel);
  } catch (const Unacceptable&) {
    steps_.begin("accept");
    throw;
  }
  peak_memory_ = steps_.container(cancel).peak_memory();
  // What goes wrong from here on is the packages' fault, and would go wrong again.
  steps_.begin("accept");
  Built built;
  built.packages = pacman::PackageArchive::read_set(
      files, {.unpacked = steps_.settings().host.unpacked, .cancel = cancel});
  return accept(std::move(built), cancel);
}

BuildOutcome PackageBuild::accept(Built built, const Cancellation& cancel) {
  const auto& context = steps_.context();
  std::vector<pacman::PackageFileName> names;
  for (const auto& package : built.packages) {
    names.push_back(package.name);
    context.log.note(fmt::format("made {} ({} bytes, sha256 {})", package.name.text(), package.size,
                                 package.sha256));
  }
  auto objection = expected_->objection_to(built.packages);
  if (objection && !has_list_) {
    // What was believed may have been wrong.
    steps_.begin("packagelist");
    if (auto ended = ask_for_list(cancel)) return *ended;
    steps_.begin("accept");
    objection = expected_->objection_to(built.packages);
  }
  if (objection) return steps_.failed(0, *objection);
  for (const auto& name : names)
    if (auto refusal = context.refuse_name(name))
      return Failed{"accept", Error(refusal->why).advise(refusal->advice), Fault::target, 0,
                    std::move(names)};
  if (const auto& made = names.front().version; made != expected_->version()) {
    if (inspection().asked) return steps_.failed(0, version_moved(made, expected_->version()));
    context.log.note(
        fmt::format("the version is {}, not {} as announced", made, expected_->version()));
    if (auto ended = steps_.if_published(names)) return *ended;
  }
  return built;
}

}  // namespace pkgkiln
