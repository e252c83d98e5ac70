#include "core/trust/gate.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

#include "core/package/dependency.hpp"
#include "core/trust/comparison.hpp"

namespace pkgkiln::trust {

namespace {

using Clock = std::chrono::system_clock;

/// What the AUR takes is at most 256 kB a file.
constexpr std::uint64_t kMostBytes = std::uint64_t{32} << 20U;

/// By their paths from the PKGBUILD's directory: a build may get more than that.
RecipeFiles files_of(const Target& target, const PackagingSource& source, const std::string& commit,
                     const Cancellation& cancel) {
  using Kind = git::Mirror::File::Kind;
  const auto directory =
      target.checkout == Checkout::directory || target.path.empty() ? "" : target.path + "/";
  RecipeFiles files;
  for (auto& file : source.files(commit, kMostBytes, cancel)) {
    auto path = file.path.starts_with(directory) ? file.path.substr(directory.size())
                                                 : "../" + std::move(file.path);
    const auto kind = file.kind == Kind::link         ? RecipeFile::Kind::link
                      : file.kind == Kind::executable ? RecipeFile::Kind::executable
                                                      : RecipeFile::Kind::file;
    files[std::move(path)] = {kind, std::move(file.content)};
  }
  return files;
}

std::optional<People> people_of(const Target& target) {
  if (!target.aur) return std::nullopt;
  return People{target.aur->maintainer, target.aur->co_maintainers, target.aur->submitter};
}

bool is_of_aur(const Target& target) {
  return target.aur != nullptr || target.has_url_of_aur;
}

std::string date_of(Clock::time_point time) {
  const auto seconds = Clock::to_time_t(time);
  std::tm parts{};
  char text[32] = {};
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", ::gmtime_r(&seconds, &parts));
  return text;
}

Hold hold_of(const Judgement& judged) {
  Hold hold;
  hold.rules = rules_of(judged.findings);
  if (!judged.barred.empty()) {
    hold.why = judged.barred;
    hold.is_denied = true;
  } else if (!judged.deferred.empty()) {
    hold.why = judged.deferred;
    hold.is_deferred = true;
  } else if (judged.findings.size() == 1 && judged.findings.front().rule == Rule::age) {
    hold.why = judged.findings.front().what;
    hold.is_deferred = true;
  } else {
    hold.why = fmt::format("{}", fmt::join(hold.rules, ", "));
  }
  return hold;
}

}  // namespace

class Gate::Judging {
 public:
  Judging(const Gate& gate, const Subject& subject, const Cancellation& cancel)
      : gate_(gate), subject_(subject), target_(subject.target), cancel_(cancel) {}

  Judgement judge() {
    result_.level = gate_.level_of(target_);
    propose();
    if (result_.level == Level::own) return std::move(result_);
    hear_person();
    find_approved();
    if (result_.approved && result_.approved->commit == subject_.tip.commit) {
      result_.proposal = *result_.approved;
      return std::move(result_);
    }
    if (is_of_aur(target_) && target_.aur_is_former)
      result_.deferred = "the AUR can't be asked who maintains it now";
    read(subject_.tip.commit, result_.after);
    if (result_.approved)
      compare();
    else
      first();
    hold_young();
    permit();
    if (result_.findings.empty() && result_.deferred.empty()) result_.deferred = unreached_;
    std::stable_sort(result_.findings.begin(), result_.findings.end(),
                     [](const auto& a, const auto& b) { return a.rule < b.rule; });
    return std::move(result_);
  }

 private:
  void find(Rule rule, std::string what) { result_.findings.push_back({rule, std::move(what)}); }

  void propose() {
    auto& proposal = result_.proposal;
    proposal.target = target_.name;
    proposal.commit = subject_.tip.commit;
    proposal.tree = subject_.tree;
    proposal.people = people_of(target_);
    proposal.how = "plain";
    proposal.by = "pkgkiln";
    if (!target_.aur) return;
    proposal.pkgbase = target_.aur->base;
    proposal.pkgbase_id = target_.aur->base_id;
    proposal.last_modified = target_.aur->last_modified;
  }

  void hear_person() {
    if (const auto frozen = gate_.ledger_.frozen(target_.name))
      result_.barred = fmt::format("{} froze it at {}", frozen->by, date_of(frozen->at));
    else if (gate_.ledger_.is_denied(target_.name, subject_.tip.commit))
      result_.barred = "this commit was denied";
  }

  /// What was built before anybody could approve it counts where things are taken unseen.
  void find_approved() {
    auto approved = gate_.ledger_.approval(target_.name);
    const auto& now = result_.proposal;
    was_replaced_ = approved && approved->pkgbase_id != 0 && now.pkgbase_id != 0 &&
                    approved->pkgbase_id != now.pkgbase_id;
    if (approved && (was_replaced_ || (!approved->pkgbase.empty() && !now.pkgbase.empty() &&
                                       approved->pkgbase != now.pkgbase)))
      approved.reset();
    if (approved) {
      result_.proposal.allowed = approved->allowed;
    } else if (accepts_first() && !subject_.built.empty()) {
      approved.emplace();
      approved->commit = subject_.built;
      approved->how = "first";
    }
    result_.approved = std::move(approved);
  }

  bool accepts_first() const {
    return !was_replaced_ && gate_.settings_.accepts_first.value_or(target_.has_url_of_aur);
  }

  bool read(const std::string& commit, RecipeFiles& files) {
    try {
      files = files_of(target_, subject_.source, commit, cancel_);
      return true;
    } catch (const Error& error) {
      find(Rule::unreadable, error.what());
      return false;
    }
  }

  void first() {
    if (accepts_first()) {
      result_.proposal.how = "first";
      return;
    }
    std::string what = "nobody has approved it yet";
    if (was_replaced_) what = "it was deleted from the AUR and submitted anew";
    if (!target_.needed_by.empty()) what += " (needed by " + target_.needed_by + ")";
    find(Rule::first, std::move(what));
  }

  void compare() {
    const auto& approved = *result_.approved;
    if (!subject_.source.recover(approved.commit, cancel_))
      return find(Rule::history,
                  fmt::format("the approved commit {:.10} can't be had any more", approved.commit));
    if (!subject_.source.leads_to(approved.commit, subject_.tip, cancel_))
      find(Rule::history,
           fmt::format("the approved commit {:.10} does not lead to this one", approved.commit));
    if (!read(approved.commit, result_.before) || result_.after.empty()) return;
    people(approved);
    tell_of_commit(approved);
    const Recipe before(result_.before, gate_.arch_);
    const Recipe after(result_.after, gate_.arch_);
    auto change = trust::compare(before, after, [this](const std::string& dependency) {
      return gate_.is_known(dependency);
    });
    ask_upstream(change);
    if (result_.level == Level::maintainer && result_.findings.empty())
      trust_maintainer(change, before, after);
    result_.findings.insert(result_.findings.end(), change.findings.begin(), change.findings.end());
    result_.told.insert(result_.told.end(), change.told.begin(), change.told.end());
  }

  void people(const Approval& approved) {
    const auto now = people_of(target_);
    if (approved.people && now) {
      for (auto& finding : compare_people(*approved.people, *now, result_.before != result_.after))
        result_.findings.push_back(std::move(finding));
    } else if (is_of_aur(target_)) {
      result_.told.push_back(now ? "who maintained it before is not known"
                                 : "who maintains it is not known: the AUR has no such package");
    }
  }

  /// Anybody can write any name into a commit, so it holds nothing.
  void tell_of_commit(const Approval& approved) {
    const auto before = subject_.source.people(approved.commit);
    for (const auto& name : subject_.source.people(subject_.tip.commit))
      if (std::find(before.begin(), before.end(), name) == before.end())
        result_.told.push_back("its commit says that it is from " + name +
                               ", the approved one did not");
    if (target_.aur && target_.aur->out_of_date != 0)
      result_.told.push_back("somebody says that it is out of date");
  }

  void ask_upstream(RecipeChange& change) {
    for (const auto& [url, commit] : change.pinned) {
      if (!gate_.settings_.checks_commits) {
        change.told.push_back(
            fmt::format("upstream was not asked whether it names commit {:.10}", commit));
        continue;
      }
      try {
        if (!gate_.remotes_.names_commit(url, commit, cancel_))
          change.findings.push_back(
              {Rule::commit, fmt::format("no branch and no tag of {} is at {}", url, commit)});
      } catch (const Error& error) {
        unreached_ = fmt::format("whether upstream names commit {:.10} can't be told: {}", commit,
                                 error.what());
      }
    }
  }

  void permit() {
    const auto is_in = [](const std::vector<std::string>& rules, const Finding& finding) {
      return std::find(rules.begin(), rules.end(), word(finding.rule)) != rules.end();
    };
    std::erase_if(result_.findings, [&](const Finding& finding) {
      if (!may_be_allowed(finding.rule) ||
          (!is_in(target_.allow, finding) && !is_in(result_.proposal.allowed, finding)))
        return false;
      result_.told.push_back(fmt::format("{} (allowed): {}", word(finding.rule), finding.what));
      return true;
    });
  }

  void hold_young() {
    const auto& age = gate_.settings_.age;
    if (age.count() == 0 || !target_.aur) return;
    const Clock::time_point pushed{std::chrono::seconds(target_.aur->last_modified)};
    if (Clock::now() - pushed >= age) return;
    find(Rule::age, "it waits until " + date_of(pushed + age));
  }

  const Gate& gate_;
  const Subject& subject_;
  const Target& target_;
  const Cancellation& cancel_;
  bool was_replaced_ = false;
  std::string unreached_;  // upstream that was to be asked
  Judgement result_;
};

Gate::Gate(Settings settings, const Ledger& ledger, git::Remotes& remotes,
           FindDistribution distribution, std::string arch)
    : settings_(std::move(settings)),
      ledger_(ledger),
      remotes_(remotes),
      find_distribution_(std::move(distribution)),
      arch_(std::move(arch)) {
  settings_.maintainers.merge(ledger.maintainers());
}

Level Gate::level_of(const Target& target) const {
  if (const auto chosen = trust::level_of(target.trust)) return *chosen;
  if (!is_of_aur(target)) return settings_.by_default;
  if (settings_.aur == Level::recipe && target.aur &&
      settings_.maintainers.contains(target.aur->maintainer))
    return Level::maintainer;
  return settings_.aur;
}

Judgement Gate::judge(const Subject& subject, const Cancellation& cancel) const {
  return Judging(*this, subject, cancel).judge();
}

bool Gate::is_known(const std::string& text) const {
  std::call_once(looked_up_, [this] {
    distribution_ = find_distribution_ ? find_distribution_() : std::nullopt;
    for (const auto& name : ledger_.names()) {
      offered_.insert(name.pkgname);
      if (name.published)
        for (const auto& provided : name.published->provides)
          offered_.insert(pacman::Provision::parse(provided).name);
    }
  });
  const auto dependency = pacman::Dependency::parse(text);
  return offered_.contains(dependency.name) ||
         (distribution_ && !distribution_->providers(dependency).empty());
}

void Gate::decide(Job& job, PackagingSource& source, const std::string& built,
                  const Cancellation& cancel) const {
  auto& plan = job.plan;
  if (!std::holds_alternative<Build>(plan.decision) || level_of(job.target) == Level::own) return;
  const auto tree = job.inspection ? job.inspection->tree : std::string();
  auto judged = judge({job.target, source, {plan.ref, plan.commit}, tree, built}, cancel);
  for (const auto& told : judged.told) plan.evidence.push_back({"told", told});
  if (judged.may_be_built()) {
    if (judged.approved && judged.approved->commit == plan.commit) return;
    const std::lock_guard lock(mutex_);
    proposals_[job.target.name] = std::move(judged.proposal);
    return;
  }
  plan.decision = hold_of(judged);
  for (auto& [rule, what] : judged.findings) plan.evidence.push_back({word(rule), std::move(what)});
}

void Gate::record(std::vector<Job>& jobs, Ledger& ledger,
                  const std::function<bool(const std::string&)>& is_gone) const {
  std::set<std::string> waiting;
  for (const auto& held : ledger.held()) waiting.insert(held.target);
  // A write waits for the disk, and most runs have nothing to write.
  if (waiting.empty() && proposals_.empty() && std::ranges::none_of(jobs, [](const Job& job) {
        return std::holds_alternative<Hold>(job.plan.decision);
      }))
    return;
  const auto now = Clock::now();
  ledger.together([&] {
    for (auto& job : jobs) {
      const auto& name = job.target.name;
      auto* hold = std::get_if<Hold>(&job.plan.decision);
      const auto proposal = proposals_.find(name);
      if (proposal != proposals_.end() && std::holds_alternative<Build>(job.plan.decision)) {
        proposal->second.at = now;
        ledger.approve(proposal->second);
      } else if (hold != nullptr && !hold->is_deferred && !hold->is_denied) {
        const auto& found = job.inspection;
        hold->is_new =
            ledger.hold({name, job.plan.commit, job.previous ? job.previous->version : "",
                         found && found->srcinfo ? found->srcinfo->version : "", hold->rules, now,
                         job.target.needed_by});
      } else if (waiting.contains(name) && (hold == nullptr || hold->is_denied)) {
        ledger.release(name);
      }
    }
    for (const auto& name : waiting)
      if (is_gone(name)) ledger.release(name);
  });
}

}  // namespace pkgkiln::trust
