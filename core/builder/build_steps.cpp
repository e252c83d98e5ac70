#include "core/builder/build_steps.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "core/builder/failure_cause.hpp"
#include "core/builder/layout.hpp"
#include "core/inspect/inspect.hpp"
#include "core/runtime/labels.hpp"

namespace pkgkiln {

namespace {

/// What bash and containerd say of a process whose end they have missed (see fetch.sh). Neither
/// makepkg nor pacman has it for anything else.
constexpr int kUnknownEnd = 255;

/// After a deadline the container still has to be told; it ends itself a little later.
constexpr std::chrono::seconds kGrace{60};

/// An answer or a package that is refused in these steps is the PKGBUILD's doing.
bool reads_what_target_said(std::string_view step) {
  return step == "inspect" || step == "fetch" || step == "packagelist" || step == "accept";
}

bool is_fault_of_target(const BuildOutcome& outcome) {
  const auto* failed = std::get_if<Failed>(&outcome);
  return std::holds_alternative<TimedOut>(outcome) ||
         (failed != nullptr && failed->fault == Fault::target);
}

}  // namespace

BuildSteps::BuildSteps(const Host& host, const BuildSettings& settings, BuildContext context)
    : host_(host), settings_(settings), context_(std::move(context)) {}

BuildSteps::Ended BuildSteps::stage(const Work& work, const Cancellation& cancel) {
  auto ended = attempt(work, cancel);
  if (ended) close_container(*ended, cancel);
  return ended;
}

BuildSteps::Ended BuildSteps::stage_in_slot(const Work& work, const Cancellation& cancel) {
  begin("wait");
  const auto began = Cancellation::Clock::now();
  const bool acquired = context_.slot.acquire();
  if (deadline_) *deadline_ += Cancellation::Clock::now() - began;
  Ended ended = Interrupted{step_};
  if (acquired) {
    ended = attempt(work, cancel);
    context_.slot.release();
  }
  if (ended) close_container(*ended, cancel);
  return ended;
}

BuildSteps::Ended BuildSteps::attempt(const Work& work, const Cancellation& cancel) {
  if (!deadline_) deadline_ = Cancellation::Clock::now() + settings_.timeout;
  const auto bounded = cancel.with_deadline(*deadline_);
  Ended ended;
  try {
    ended = work(bounded);
  } catch (const Cancelled&) {
    if (cancel.requested())
      ended = Interrupted{step_};
    else
      ended = TimedOut{step_};
    context_.log.note(fmt::format("{} at step {}", word(status_of(*ended)), step_));
  } catch (RuntimeError& error) {
    context_.log.note(error.what());
    ended = Failed{step_, static_cast<const Error&>(error.advise("pkgkiln doctor")),
                   error.out_of_reach() ? Fault::unreached : Fault::elsewhere};
  } catch (const Error& error) {
    context_.log.note(error.what());
    ended = Failed{step_, error, reads_what_target_said(step_) ? Fault::target : Fault::elsewhere};
  } catch (const std::exception& error) {
    context_.log.note(error.what());
    ended = Failed{step_, Error(error.what()), Fault::elsewhere};
  }
  return ended;
}

void BuildSteps::close_container(const BuildOutcome& outcome, const Cancellation& cancel) {
  if (container_ && is_fault_of_target(outcome)) {
    if (context_.at_failure == AtFailure::stay_open) return;
    if (context_.at_failure == AtFailure::keep) leave_container_behind();
  }
  remove_container(cancel);
}

void BuildSteps::leave_container_behind() {
  try {
    container_->leave_behind();
    kept_ = open_container();
    context_.log.note(fmt::format("its container is kept: pkgkiln shell {}", job().target.name));
  } catch (const std::exception& error) {
    context_.log.note(fmt::format("its container can't be kept: {}", error.what()));
  }
}

std::optional<KeptContainer> BuildSteps::open_container() const {
  if (!container_) return std::nullopt;
  return KeptContainer{container_->name(), job().target.name, job().record.build,
                       container_->shell_environment(), std::chrono::system_clock::now()};
}

void BuildSteps::remove_container(const Cancellation& cancel, bool keeps_fetched) {
  const bool has_fetched = keeps_fetched && container_ && container_->has_fetched();
  const auto sources = container_ ? container_->sources() : std::vector<std::string>();
  container_.reset();
  if (!caches_.any()) return;
  if (has_fetched && !cancel.requested()) keep_fetched(sources, cancel);
  try {
    // The one that is left behind has its sources there.
    if (!kept_) host_.runtime.remove_volume(caches_.fetched);
  } catch (const Error& error) {
    context_.log.note(error.what());
  }
  caches_.fetched.clear();
}

void BuildSteps::keep_fetched(const std::vector<std::string>& sources, const Cancellation& cancel) {
  begin("keep");
  try {
    const auto log = [this](std::string_view said) { context_.log.write(said); };
    cache_size_ = pkgkiln::keep_fetched(host_.runtime, container_spec("keep-"), caches_, sources,
                                        log, cancel);
  } catch (const std::exception& error) {
    context_.log.note(fmt::format("not all that was fetched is kept: {}", error.what()));
  }
}

ContainerSpec BuildSteps::container_spec(const std::string& purpose) const {
  const auto& target = job().target.name;
  ContainerSpec spec;
  spec.name = fmt::format("pkgkiln-{}{}-{}", purpose, object_name_part(target), job().record.build);
  spec.image = context_.image;
  spec.labels = host_.identity.labels();
  spec.labels[label::target] = target;
  spec.limits = settings_.limits;
  return spec;
}

void BuildSteps::begin(const std::string& step) {
  times_ = times();
  step_ = step;
  step_began_ = std::chrono::steady_clock::now();
  context_.on_step(step);
}

std::vector<StepTime> BuildSteps::times() const {
  auto all = times_;
  if (!step_.empty())
    all.push_back({step_, std::chrono::duration_cast<std::chrono::milliseconds>(
                              std::chrono::steady_clock::now() - step_began_)});
  return all;
}

BuildContainer& BuildSteps::container(const Cancellation& cancel) {
  if (!container_) open_container(cancel);
  return *container_;
}

void BuildSteps::open_container(const Cancellation& cancel) {
  begin("create");
  auto spec = container_spec("");
  spec.add_hosts = settings_.add_hosts;
  auto environment = settings_.environment;
  if (environment.makeflags.empty())
    environment.makeflags = fmt::format("-j{}", context_.slot.cores);
  if (job().target.checkout != Checkout::directory && !job().target.path.empty())
    environment.startdir += "/" + job().target.path;
  // With it makepkg gives all files that time, so that they come out the same again.
  environment.makepkg.emplace("SOURCE_DATE_EPOCH",
                              std::to_string(context_.source.time(job().inspection->commit)));
  mount_caches(spec, environment);
  // It may have to wait for its slot as long as one that has it may take.
  container_ = std::make_unique<BuildContainer>(host_.runtime, spec, 2 * settings_.timeout + kGrace,
                                                std::move(environment), context_.log);
  pass_on_inspection();
  begin("copy in");
  container_->copy_in(
      builder::startdir,
      [&](const Sink& tar) {
        context_.source.export_tar(job().inspection->commit, builder::id, tar, cancel);
      },
      cancel);
}

void BuildSteps::pass_on_inspection() {
  const auto& found = *job().inspection;
  container_->set_pkgrel(found.pkgrel);
  container_->set_arch(
      job().arch,
      pacman::served_arch(job().arch, found.srcinfo ? found.srcinfo->arch : found.arches));
}

BuildSteps::Ended BuildSteps::ask(const Step& step, StepResult& result,
                                  const Cancellation& cancel) {
  const auto limit = settings_.longest_reading;
  try {
    result = container_->ask(step, cancel.with_deadline(Cancellation::Clock::now() + limit));
  } catch (const Cancelled&) {
    cancel.check();
    auto why = fmt::format("makepkg had not read its PKGBUILD after {} s", limit.count());
    context_.log.note(why);
    return TimedOut{step_, std::move(why),
                    "what stands outside of its functions runs each time that it is read"};
  }
  if (result.exit_code == 0) return std::nullopt;
  return failed(result.exit_code, makepkg_exit_meaning(result.exit_code));
}

void BuildSteps::mount_caches(ContainerSpec& spec, BuildContainer::Environment& environment) {
  const auto make = [this](const CacheVolume& cache) {
    host_.runtime.create_volume(cache.name, cache.labels);
    return cache.name;
  };
  BuildCaches caches;
  caches.limits = host_.caches;
  try {
    if (caches.limits.packages > 0) caches.shared = make(shared_cache_of(host_.identity.instance));
    if (caches.limits.sources > 0)
      caches.own = make(own_cache_of(host_.identity.instance, job().target.name));
    if (caches.shared.empty() && caches.own.empty()) return;
    // No cache by its labels: what a killed run leaves of them is removed.
    caches.fetched = make({spec.name, spec.labels});
  } catch (const RuntimeError& error) {
    context_.log.note(fmt::format("going on without a cache: {}", error.what()));
    return;
  }
  spec.volumes = caches.mounts();
  environment.caches = caches.environment();
  if (!caches.own.empty()) environment.srcdest = builder::fetched_sources;
  caches_ = std::move(caches);
}

bool BuildSteps::published(const std::vector<pacman::PackageFileName>& files) {
  try {
    return std::all_of(files.begin(), files.end(),
                       [&](const auto& file) { return context_.repository.contains(file); });
  } catch (const Error& error) {
    // When in doubt, build: the packages wait in the spool for as long as it takes.
    context_.log.note(fmt::format("whether it is published can't be told: {}", error.what()));
    return false;
  }
}

BuildSteps::Ended BuildSteps::if_published(const std::vector<pacman::PackageFileName>& files,
                                           const std::string& built_from) {
  if (job().target.force || !published(files)) return std::nullopt;
  const auto& version = files.front().version;
  const auto& repository = context_.repository.name();
  auto why = built_from.empty() ? fmt::format("version {} is published in {}", version, repository)
                                : unpublished_change(version, repository);
  context_.log.note("up to date: " + why);
  return UpToDate{std::move(why), files, built_from};
}

BuildOutcome BuildSteps::failed(int exit_code, std::string why) const {
  if (exit_code == 0) return Failed{step_, Error(std::move(why))};
  const auto output = last_output_lines(context_.log.path(), kLinesForCause);
  if (ran_out_of_processes(exit_code, output)) return out_of_processes(exit_code);
  if (exit_code == kUnknownEnd)
    return Failed{step_,
                  Error("it ended with exit code 255, which bash and the engine give when they "
                        "don't know how a command ended")
                      .advise("it is tried again in the next run"),
                  Fault::elsewhere, exit_code};
  auto cause = cause_in(output, {step_, exit_code, step_ == "build" && !job().target.network});
  if (!cause.why.empty()) why = cause.why + " (by its output)";
  return Failed{step_, Error(std::move(why)).advise(std::move(cause.advice)),
                cause.is_hosts ? Fault::elsewhere : Fault::target, exit_code};
}

BuildOutcome BuildSteps::out_of_processes(int exit_code) const {
  const std::string why = "no further process could be started";
  try {
    const auto unenforceable = host_.runtime.info().unenforceable_limits;
    // Then what counts them is the limit of a user, who is the same in all containers.
    if (std::find(unenforceable.begin(), unenforceable.end(), "pids") != unenforceable.end())
      return Failed{step_,
                    Error(why).advise(
                        "this engine can't count the processes of each container, so another build "
                        "may have used them up; it is tried again in the next run"),
                    Fault::elsewhere};
  } catch (const RuntimeError& error) {
    context_.log.note(error.what());
  }
  return Failed{step_, Error(why).advise("raise [build] pids if it needs more of them at once"),
                Fault::target, exit_code};
}

}  // namespace pkgkiln
