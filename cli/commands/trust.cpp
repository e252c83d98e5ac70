#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/review.hpp"
#include "cli/selection.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"
#include "cli/terminal/terminal.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/run/approval.hpp"
#include "core/trust/gate.hpp"

namespace pkgkiln::cli {

namespace {

/// As git shows one; whoever types one needs as much.
constexpr std::size_t kShortCommit = 7;

/// Everything by which targets are looked at as a run would; holds the lock.
class Look {
 public:
  Look(const Arguments& arguments, const Cancellation& cancel)
      : setup_(set_up(arguments, cancel)),
        state_(setup_.settings().build.state_dir),
        lock_(state_, RunLock::For::look),
        history_(state_, History::IfDamaged::put_aside),
        ledger_(state_, Ledger::Access::write),
        remotes_(politeness(setup_.settings())),
        sources_(state_.mirrors(), remotes_),
        gate_(
            gate_settings(setup_.settings()), ledger_, remotes_,
            [this] { return known_distribution(setup_); }, setup_.arch),
        cancel_(cancel) {
    Console words(STDERR_FILENO, Console::Patience::bounded);
    auto selection = select(setup_, arguments, sources_, true, words, cancel, &history_);
    targets_ = std::move(selection.targets);
    if (arguments.targets.empty()) return;
    // Not what they need: that is looked at for itself.
    std::erase_if(targets_, [&](const Target& target) {
      return std::ranges::find(arguments.targets, target.name) == arguments.targets.end();
    });
  }

  const std::vector<Target>& targets() const { return targets_; }
  Ledger& ledger() { return ledger_; }
  std::optional<Held> held(const std::string& target) const {
    for (auto& one : ledger_.held())
      if (one.target == target) return one;
    return std::nullopt;
  }

  SeenTarget at(const Target& target) {
    return look_at(target, sources_, history_, gate_, setup_.arch, cancel_);
  }

  /// What the target is now, for a person, who may approve just that then.
  Review review(const Target& target, bool whole) {
    auto seen = at(target);
    auto& judged = seen.judged;
    if (!judged.findings.empty() && judged.barred.empty())
      ledger_.hold({target.name, seen.tip.commit, published_version(target.name),
                    seen.srcinfo ? seen.srcinfo->version : "", trust::rules_of(judged.findings),
                    std::chrono::system_clock::now(), target.needed_by});
    Review review{target.name, seen.tip.commit, {}, {}, {}};
    review.diff = trust::compare_files(judged.before, judged.after,
                                       whole ? trust::Whole::yes : trust::Whole::no, cancel_);
    if (!judged.approved)
      review.warnings = first_warnings(target, judged.after, distribution(), setup_.arch);
    review.judged = std::move(judged);
    return review;
  }

  std::optional<pacman::Distribution> distribution() const { return known_distribution(setup_); }
  std::string published_version(const std::string& target) const {
    const auto good = history_.last_good(target);
    if (!good || good->files.empty()) return {};
    const auto name = pacman::PackageFileName::parse(good->files.front().file_name);
    return name ? name->version : std::string();
  }

 private:
  Setup setup_;
  StateDir state_;
  RunLock lock_;
  History history_;
  Ledger ledger_;
  git::Remotes remotes_;
  PackagingSources sources_;
  trust::Gate gate_;
  const Cancellation& cancel_;
  std::vector<Target> targets_;
};

/// Whether a user who typed that means this commit.
bool means(const std::string& typed, const std::string& commit) {
  return typed.size() >= kShortCommit && commit.starts_with(lower_case(typed));
}

void approve_one(Look& look, const Target& target, const Arguments& arguments) {
  const auto refusal = Error("'" + target.name + "' is not approved");
  const auto advice = "pkgkiln diff " + target.name;
  const auto shown = look.held(target.name);
  const auto seen = look.at(target);
  const auto& tip = seen.tip.commit;
  if (seen.judged.level == trust::Level::own)
    return print(fmt::format("{}: nothing holds it: its trust is \"own\"\n", target.name));
  if (seen.judged.may_be_built() && arguments.allowed.empty())
    return print(fmt::format("{}: nothing holds {:.7}\n", target.name, tip));
  if (!arguments.commit.empty()) {
    if (!means(arguments.commit, tip))
      throw Error(refusal).because(fmt::format("it is at {:.7} now", tip)).advise(advice);
  } else if (!seen.judged.barred.empty()) {
    throw Error(refusal)
        .because(seen.judged.barred)
        .advise(fmt::format("pkgkiln approve {} --commit {}", target.name, tip));
  } else if (!shown) {
    throw Error(refusal).because("what it is now was not shown yet").advise(advice);
  } else if (shown->commit != tip) {
    throw Error(refusal)
        .because(
            fmt::format("it moved: {:.7} was shown, and it is at {:.7} now", shown->commit, tip))
        .advise(advice);
  }
  PersonalWord word{user_name(), arguments.note};
  if (!arguments.allowed.empty()) word.allowed.emplace();
  for (const auto& rule : arguments.allowed)
    if (rule != "none") word.allowed->push_back(rule);
  approve(look.ledger(), seen, word, look.distribution());
  const auto rules = trust::rules_of(seen.judged.findings);
  print(fmt::format("{}: approved {:.7}{}{}\n", target.name, tip, rules.empty() ? "" : ": ",
                    fmt::join(rules, ", ")));
}

void check_allowed(const std::vector<std::string>& rules) {
  for (const auto& text : rules) {
    const auto rule = trust::rule_of(text);
    if (text == "none" || (rule && trust::may_be_allowed(*rule))) continue;
    throw UsageError("--allow '" + text + "' is not possible")
        .because(rule ? "this rule always is for a person" : "there is no such rule")
        .advise("man pkgkiln");
  }
}

}  // namespace

int held_command(const Arguments& arguments) {
  const StateDir state(load_config(arguments).settings.build.state_dir);
  const auto held = Ledger(state, Ledger::Access::read).held();
  print(arguments.json ? held_json(held) : held_table(held, std::time(nullptr)));
  return exit_code::ok;
}

int diff_command(const Arguments& arguments, const Cancellation& cancel) {
  Look look(arguments, cancel);
  std::vector<Review> reviews;
  for (const auto& target : look.targets()) reviews.push_back(look.review(target, arguments.full));
  const auto shown = arguments.stat ? Shown::files : Shown::changes;
  if (arguments.json) {
    print(reviews_json(reviews, shown));
    return exit_code::ok;
  }
  std::string text;
  for (const auto& review : reviews)
    text += (text.empty() ? "" : "\n") + review_text(review, shown, user_name(), is_coloured());
  print(text);
  return exit_code::ok;
}

int approve_command(const Arguments& arguments, const Cancellation& cancel) {
  if (arguments.targets.empty() && !arguments.all)
    throw UsageError("it is not said what to approve").advise("pkgkiln held; pkgkiln approve NAME");
  if (!arguments.commit.empty() && arguments.targets.size() != 1)
    throw UsageError("--commit needs one target").advise("pkgkiln approve NAME --commit ID");
  check_allowed(arguments.allowed);
  Look look(arguments, cancel);
  if (arguments.all && look.ledger().held().empty()) print("nothing is held\n");
  int code = exit_code::ok;
  for (const auto& target : look.targets()) {
    if (arguments.all && !look.held(target.name)) continue;
    try {
      approve_one(look, target, arguments);
    } catch (const Error& error) {
      say(error_text(error.report()));
      code = exit_code::target_failed;
    }
  }
  return code;
}

int deny_command(const Arguments& arguments, const Cancellation& cancel) {
  if (!arguments.commit.empty() && arguments.targets.size() != 1)
    throw UsageError("--commit needs one target").advise("pkgkiln deny NAME --commit ID");
  Look look(arguments, cancel);
  int code = exit_code::ok;
  for (const auto& target : look.targets()) {
    const auto shown = look.held(target.name);
    auto commit = shown ? shown->commit : std::string();
    const bool is_other = !arguments.commit.empty() && !means(arguments.commit, commit);
    if (is_other) commit = lower_case(arguments.commit);
    const bool is_whole = (commit.size() == 40 || commit.size() == 64) && is_hex(commit);
    if (!is_whole && !(commit.empty() && arguments.freeze)) {
      say(error_text(Error("'" + target.name + "' is not denied")
                         .because(is_other ? "of a commit that is not held all of its id is needed"
                                           : "nothing of it is held")
                         .advise("pkgkiln diff " + target.name)
                         .report()));
      code = exit_code::target_failed;
      continue;
    }
    look.ledger().deny({target.name, commit, user_name(), arguments.note,
                        shown && !is_other ? shown->rules : std::vector<std::string>(),
                        std::chrono::system_clock::now(), arguments.freeze});
    print(fmt::format("{}: {}\n", target.name,
                      arguments.freeze ? "frozen: nothing is built until something is approved"
                                       : fmt::format("denied {:.7}", commit)));
  }
  return code;
}

}  // namespace pkgkiln::cli
