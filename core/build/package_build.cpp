#include "core/build/package_build.hpp"

#include <cctype>
#include <fmt/format.h>
#include <utility>

#include "core/build/builder.hpp"
#include "core/build/failure_hint.hpp"
#include "core/build/unpack.hpp"
#include "core/runtime/labels.hpp"
#include "core/script/script.hpp"

namespace pkgkiln {

namespace {

/// After a deadline the container still has to be told; it ends itself a little later.
constexpr std::chrono::seconds kGrace{60};

/// Names in an engine: [a-zA-Z0-9][a-zA-Z0-9_.-]*.
std::string container_name(const std::string& target, const std::string& build) {
  std::string name = "pkgkiln-";
  for (const char c : target.substr(0, 60))
    name += (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-') ? c : '_';
  return name + "-" + build;
}

}  // namespace

PackageBuild::PackageBuild(ContainerRuntime& runtime, const RunIdentity& identity,
                           const BuildSettings& settings, Job job)
    : runtime_(runtime),
      identity_(identity),
      settings_(settings),
      job_(std::move(job)),
      machine_arch_(machine_arch()) {}

BuildOutcome PackageBuild::run(const Cancellation& cancel) {
  const auto bounded = cancel.with_deadline(Cancellation::Clock::now() + settings_.timeout);
  BuildOutcome outcome;
  try {
    outcome = *run_steps(bounded);
  } catch (const Cancelled&) {
    if (cancel.requested())
      outcome = Interrupted{step_};
    else
      outcome = TimedOut{step_};
    job_.log.note(fmt::format("{} at step {}", status_word(outcome), step_));
  } catch (RuntimeError& error) {
    job_.log.note(error.what());
    outcome = Failed{step_, 0, error.what(), error.advise("pkgkiln doctor").advice()};
  } catch (const Error& error) {
    job_.log.note(error.what());
    outcome = Failed{step_, 0, error.what(), error.advice()};
  } catch (const std::exception& error) {
    job_.log.note(error.what());
    outcome = Failed{step_, 0, error.what(), {}};
  }
  container_.reset();
  return outcome;
}

PackageBuild::Ended PackageBuild::run_steps(const Cancellation& cancel) {
  mirror(cancel);
  if (auto ended = inspect(cancel)) return ended;
  if (auto ended = install_dependencies(cancel)) return ended;
  if (auto ended = fetch(cancel)) return ended;
  if (!job_.plan.target.network) seal(cancel);
  if (auto ended = build(cancel)) return ended;
  return collect(cancel);
}

void PackageBuild::begin(const std::string& step) {
  step_ = step;
  job_.on_step(step);
}

void PackageBuild::mirror(const Cancellation& cancel) {
  begin("source");
  const auto tip = job_.source.fetch({job_.plan.ref, job_.plan.commit}, cancel);
  commit_ = tip.commit;
  job_.log.note(fmt::format("{} at {}", tip.ref, tip.commit));
}

void PackageBuild::open_container(const Cancellation& cancel) {
  begin("create");
  const auto& target = job_.plan.target;
  ContainerSpec spec;
  spec.name = container_name(target.name, job_.id);
  spec.image = job_.image;
  spec.labels = identity_.labels();
  spec.labels[label::target] = target.name;
  spec.limits = settings_.limits;
  spec.add_hosts = settings_.add_hosts;
  container_ = std::make_unique<BuildContainer>(runtime_, spec, settings_.timeout + kGrace,
                                                settings_.environment, job_.log);
  begin("copy in");
  container_->copy_in(
      [&](const Sink& tar) { job_.source.export_tar(commit_, builder::id, tar, cancel); }, cancel);
}

PackageBuild::Ended PackageBuild::inspect(const Cancellation& cancel) {
  begin("inspect");
  const auto pkgbuild = job_.source.read_file(commit_, "PKGBUILD");
  if (!pkgbuild)
    return failed(0, job_.plan.target.path.empty()
                         ? "there is no PKGBUILD in the root of its repository"
                         : "there is no PKGBUILD in '" + job_.plan.target.path + "'");
  if (const auto text = job_.source.read_file(commit_, ".SRCINFO")) {
    try {
      learn(pacman::SrcInfo::parse(*text, machine_arch_));
      if (!srcinfo_agrees(*srcinfo_, *pkgbuild)) srcinfo_.reset();
    } catch (const Error& error) {
      job_.log.note(fmt::format("its .SRCINFO is not used: {}", error.what()));
    }
  }
  const bool moves = has_pkgver_function(*pkgbuild);
  if (srcinfo_ && !moves)
    if (auto ended = if_published(announced_->required())) return ended;
  open_container(cancel);
  if (srcinfo_) return std::nullopt;

  begin("inspect");
  const auto result = container_->ask({"inspect", script::inspect, {}, true}, cancel);
  if (result.exit_code != 0)
    return failed(result.exit_code, makepkg_exit_meaning(result.exit_code));
  learn(pacman::SrcInfo::parse(result.answer, machine_arch_));
  return moves ? std::nullopt : if_published(announced_->required());
}

void PackageBuild::learn(pacman::SrcInfo srcinfo) {
  vcs_sources_ = srcinfo.vcs_sources();
  announced_ = Announced::from_srcinfo(srcinfo, machine_arch_);
  srcinfo_ = std::move(srcinfo);
}

PackageBuild::Ended PackageBuild::install_dependencies(const Cancellation& cancel) {
  begin("dependencies");
  const auto result = container_->run(
      {"dependencies", script::dependencies, srcinfo_->build_dependencies(), false}, cancel);
  if (result.exit_code == 0) return std::nullopt;
  return failed(result.exit_code, "pacman could not install what it needs");
}

PackageBuild::Ended PackageBuild::fetch(const Cancellation& cancel) {
  begin("fetch");
  const auto result = container_->ask({"fetch", script::fetch, {}, true}, cancel);
  if (result.exit_code != 0)
    return failed(result.exit_code, makepkg_exit_meaning(result.exit_code));
  announced_ = Announced::from_packagelist(result.answer);
  for (const auto& name : announced_->required()) job_.log.note("to be made: " + name.text());
  return if_published(announced_->required());
}

void PackageBuild::seal(const Cancellation& cancel) {
  begin("seal");
  container_->seal(cancel);
}

PackageBuild::Ended PackageBuild::build(const Cancellation& cancel) {
  begin("build");
  if (job_.plan.target.network) job_.log.note("not sealed: the target sets network = true");
  const auto result = container_->run({"build", script::build, {}, true}, cancel);
  if (result.exit_code == 0) return std::nullopt;
  return failed(result.exit_code, makepkg_exit_meaning(result.exit_code));
}

BuildOutcome PackageBuild::collect(const Cancellation& cancel) {
  begin("collect");
  Built built;
  std::vector<pacman::PackageFileName> names;
  container_->collect(
      [&](const Source& tar) {
        for (const auto& file : unpack_packages(tar, job_.output_dir))
          built.packages.push_back(pacman::PackageArchive::read(file));
      },
      cancel);
  for (const auto& package : built.packages) {
    names.push_back(package.name);
    job_.log.note(fmt::format("made {} ({} bytes, sha256 {})", package.name.text(), package.size,
                              package.sha256));
    if (const auto owner = job_.other_owner(package.name.pkgname))
      return failed(0, fmt::format("its package {} belongs to the target '{}'",
                                   package.name.pkgname, *owner));
  }
  if (const auto objection = announced_->objection_to(built.packages)) return failed(0, *objection);
  // pkgver() runs again in the sealed build, so the version may be another one now.
  if (const auto& made = names.front().version; made != announced_->version()) {
    job_.log.note(
        fmt::format("the version is {}, not {} as announced", made, announced_->version()));
    if (auto ended = if_published(names)) return *ended;
  }
  return built;
}

PackageBuild::Ended PackageBuild::if_published(const std::vector<pacman::PackageFileName>& files) {
  if (job_.plan.target.force) return std::nullopt;
  for (const auto& file : files)
    if (!job_.repository.contains(file)) return std::nullopt;
  auto why =
      fmt::format("version {} is published in {}", files.front().version, job_.repository.name());
  job_.log.note("up to date: " + why);
  return UpToDate{std::move(why), files};
}

BuildOutcome PackageBuild::failed(int exit_code, std::string why) const {
  return Failed{step_, exit_code, std::move(why),
                hint_from_output(last_output_lines(job_.log.path(), 200),
                                 step_ == "build" && !job_.plan.target.network)};
}

}  // namespace pkgkiln
