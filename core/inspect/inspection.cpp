#include "core/inspect/inspection.hpp"

#include <fmt/format.h>

#include "core/builder/layout.hpp"
#include "core/builder/script/script.hpp"
#include "core/plan/vcs_sources.hpp"

namespace pkgkiln {

BuildSteps::Ended Inspection::run(const Cancellation& cancel) {
  look_on_host(cancel);
  if (!found_.srcinfo)
    if (auto ended = ask_makepkg(cancel)) return ended;
  found_.vcs_sources = ask_sources(*found_.srcinfo, found_.moves, steps_.job().remotes, cancel);
  return if_published();
}

void Inspection::look_on_host(const Cancellation& cancel) {
  steps_.begin("source");
  const auto& job = steps_.job();
  const auto& plan = job.plan;
  if (plan.inspected) {
    found_ = *plan.inspected;
    job.log.note(fmt::format("{} at {}", plan.ref, plan.commit));
  } else {
    const auto tip = job.source.fetch({plan.ref, plan.commit}, cancel);
    found_.commit = tip.commit;
    job.log.note(fmt::format("{} at {}", tip.ref, tip.commit));
    steps_.begin("inspect");
    found_ = inspect_on_host(job.source, tip.commit, plan.target.path);
  }
  if (!found_.srcinfo_problem.empty())
    job.log.note("its .SRCINFO is not used: " + found_.srcinfo_problem);
}

BuildSteps::Ended Inspection::ask_makepkg(const Cancellation& cancel) {
  steps_.container(found_.commit, cancel);
  steps_.begin("inspect");
  StepResult result;
  if (auto ended = steps_.ask({"inspect", script::inspect, {}, true}, result, cancel)) return ended;
  found_.srcinfo = pacman::SrcInfo::parse(result.answer, machine_arch());
  found_.asked = true;
  found_.moves = result.has_pkgver;
  found_.said = std::move(result.answer);
  return std::nullopt;
}

BuildSteps::Ended Inspection::if_published() {
  if (found_.moves) return std::nullopt;
  return steps_.if_published(found_.srcinfo->package_files(machine_arch()));
}

}  // namespace pkgkiln
