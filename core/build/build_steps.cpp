#include "core/build/build_steps.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "core/build/builder.hpp"
#include "core/build/failure_hint.hpp"
#include "core/runtime/labels.hpp"
#include "core/runtime/object_name.hpp"

namespace pkgkiln {

namespace {

/// After a deadline the container still has to be told; it ends itself a little later.
constexpr std::chrono::seconds kGrace{60};
constexpr std::size_t kHintLines = 200;

}  // namespace

BuildSteps::BuildSteps(ContainerRuntime& runtime, const RunIdentity& identity,
                       const BuildSettings& settings, BuildJob job)
    : runtime_(runtime), identity_(identity), settings_(settings), job_(std::move(job)) {}

BuildSteps::Ended BuildSteps::stage(const Work& work, const Cancellation& cancel) {
  auto ended = attempt(work, cancel);
  if (ended) remove_container();
  return ended;
}

BuildSteps::Ended BuildSteps::stage_in_turn(const Work& work, const Cancellation& cancel) {
  begin("wait");
  const auto began = Cancellation::Clock::now();
  const bool taken = job_.turn.take();
  if (deadline_) *deadline_ += Cancellation::Clock::now() - began;
  Ended ended = Interrupted{step_};
  if (taken) {
    ended = attempt(work, cancel);
    job_.turn.give_back();
  }
  if (ended) remove_container();
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
    job_.log.note(fmt::format("{} at step {}", status_word(*ended), step_));
  } catch (RuntimeError& error) {
    job_.log.note(error.what());
    ended = Failed{step_, 0, error.what(), error.advise("pkgkiln doctor").advice()};
  } catch (const Error& error) {
    job_.log.note(error.what());
    ended = Failed{step_, 0, error.what(), error.advice()};
  } catch (const std::exception& error) {
    job_.log.note(error.what());
    ended = Failed{step_, 0, error.what(), {}};
  }
  if (container_) cache_size_ = container_->cache_size();
  return ended;
}

void BuildSteps::remove_container() {
  container_.reset();
}

void BuildSteps::begin(const std::string& step) {
  times_ = times();
  step_ = step;
  step_began_ = std::chrono::steady_clock::now();
  job_.on_step(step);
}

std::vector<StepTime> BuildSteps::times() const {
  auto all = times_;
  if (!step_.empty())
    all.push_back({step_, std::chrono::duration_cast<std::chrono::milliseconds>(
                              std::chrono::steady_clock::now() - step_began_)});
  return all;
}

BuildContainer& BuildSteps::container(const std::string& commit, const Cancellation& cancel) {
  if (!container_) open_container(commit, cancel);
  return *container_;
}

void BuildSteps::open_container(const std::string& commit, const Cancellation& cancel) {
  begin("create");
  const auto& target = job_.plan.target;
  ContainerSpec spec;
  spec.name = fmt::format("pkgkiln-{}-{}", object_name_part(target.name), job_.id);
  spec.image = job_.image;
  spec.labels = identity_.labels();
  spec.labels[label::target] = target.name;
  spec.limits = settings_.limits;
  spec.add_hosts = settings_.add_hosts;
  auto environment = settings_.environment;
  if (environment.makeflags.empty()) environment.makeflags = fmt::format("-j{}", job_.turn.cores);
  mount_caches(spec, environment);
  // It may have to wait for its turn as long as one that has it may take.
  container_ = std::make_unique<BuildContainer>(runtime_, spec, 2 * settings_.timeout + kGrace,
                                                std::move(environment), job_.log);
  begin("copy in");
  container_->copy_in(
      builder::startdir,
      [&](const Sink& tar) { job_.source.export_tar(commit, builder::id, tar, cancel); }, cancel);
}

void BuildSteps::mount_caches(ContainerSpec& spec, BuildContainer::Environment& environment) {
  const auto mount = [&](const CacheVolume& cache, const char* path) {
    runtime_.create_volume(cache.name, cache.labels);
    spec.volumes.push_back({cache.name, path});
  };
  try {
    if (settings_.caches.packages > 0) {
      mount(shared_cache_of(identity_.instance), builder::shared_cache);
      environment.caches["SHARED_CACHE"] = builder::shared_cache;
      environment.caches["SHARED_CACHE_LIMIT"] = std::to_string(settings_.caches.packages);
    }
    if (settings_.caches.sources > 0) {
      const auto own = own_cache_of(identity_.instance, job_.plan.target.name);
      mount(own, builder::own_cache);
      environment.caches["OWN_CACHE"] = builder::own_cache;
      environment.srcdest = builder::cached_sources;
      own_cache_ = own.name;
    }
  } catch (const RuntimeError& error) {
    job_.log.note(fmt::format("going on without a cache: {}", error.what()));
  }
}

bool BuildSteps::published(const std::vector<pacman::PackageFileName>& files) {
  try {
    return std::all_of(files.begin(), files.end(),
                       [&](const auto& file) { return job_.repository.contains(file); });
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    // When in doubt, build: the packages wait in the spool for as long as it takes.
    job_.log.note(fmt::format("whether it is published can't be told: {}", error.what()));
    return false;
  }
}

BuildSteps::Ended BuildSteps::if_published(const std::vector<pacman::PackageFileName>& files) {
  if (job_.plan.target.force || !published(files)) return std::nullopt;
  auto why =
      fmt::format("version {} is published in {}", files.front().version, job_.repository.name());
  job_.log.note("up to date: " + why);
  return UpToDate{std::move(why), files};
}

BuildOutcome BuildSteps::failed(int exit_code, std::string why) const {
  const auto output = last_output_lines(job_.log.path(), kHintLines);
  auto hint = step_ == "dependencies"
                  ? hint_from_dependencies(output)
                  : hint_from_output(output, step_ == "build" && !job_.plan.target.network);
  return Failed{step_, exit_code, std::move(why), std::move(hint)};
}

}  // namespace pkgkiln
