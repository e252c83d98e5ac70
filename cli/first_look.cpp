#include "cli/first_look.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>

#include "cli/console.hpp"
#include "cli/review.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"
#include "cli/terminal/terminal.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/run/approval.hpp"

namespace pkgkiln::cli {

namespace {

bool is_asked_about(const Job& job) {
  const auto* hold = std::get_if<Hold>(&job.plan.decision);
  return hold != nullptr && !hold->is_deferred && !hold->is_denied &&
         hold->rules == std::vector<std::string>{trust::word(trust::Rule::first)};
}

std::string question_about(const Job& job) {
  const auto& target = job.target;
  const bool has_version = job.inspection && job.inspection->srcinfo;
  auto text = target.name + (has_version ? " " + job.inspection->srcinfo->version : std::string()) +
              " is new";
  if (!target.needed_by.empty()) text += ", needed by " + target.needed_by;
  if (const auto& aur = target.aur)
    text += fmt::format("; {}, {} votes, last push {} ago",
                        aur->is_orphan() ? "nobody maintains it" : "by " + aur->maintainer,
                        aur->votes, age_text(std::time(nullptr) - aur->last_modified));
  return printable(text) +
         ". Build it? [y]es, [N]o, show its [d]ifference, [a]ll of them, [q]uit asking ";
}

}  // namespace

void FirstLook::operator()(std::vector<Job>& jobs, const Cancellation& cancel) const {
  bool all = false;
  for (auto& job : jobs) {
    if (!is_asked_about(job)) continue;
    const auto source = sources.open(job.target);
    const git::Tip tip{job.plan.ref, job.plan.commit};
    const auto tree = job.inspection ? job.inspection->tree : std::string();
    const SeenTarget seen{job.target, tip, gate.judge({job.target, *source, tip, tree, {}}, cancel),
                          job.inspection ? job.inspection->srcinfo : std::nullopt};
    const auto& files = seen.judged.after;
    auto answer = all ? "y" : lower_case(ask(question_about(job)));
    while (answer == "d") {
      const auto diff = trust::compare_files({}, files, trust::Whole::yes, cancel);
      show(review_text({job.target.name, tip.commit, seen.judged, diff,
                        first_warnings(job.target, files, distribution(), arch)},
                       Shown::changes, user_name(), is_coloured()));
      answer = lower_case(ask(question_about(job)));
    }
    if (answer == "q") return;
    all = all || answer == "a" || answer == "all";
    if (!all && answer != "y" && answer != "yes") continue;
    approve(ledger, seen, {user_name(), "asked while building"}, distribution());
    job.plan.decision = Build{"it was approved"};
  }
}

}  // namespace pkgkiln::cli
