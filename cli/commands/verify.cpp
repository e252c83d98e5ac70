#include <array>
#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/selection.hpp"
#include "cli/setup.hpp"
#include "core/base/printable.hpp"
#include "core/ledger/ledger.hpp"
#include "core/package/package_name.hpp"
#include "core/verify/verification.hpp"

namespace pkgkiln::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostShown = 30;
constexpr std::size_t kLongestShown = 160;

std::string shown(const std::string& text) {
  return text.empty() ? "none" : printable(text, kLongestShown);
}

std::string report(const Verdict& verdict) {
  auto text = fmt::format("{}: {}", printable(verdict.file), word(verdict.kind));
  if (!verdict.step.empty()) text += " at step " + verdict.step;
  if (!verdict.why.empty()) text += ": " + printable(verdict.why);
  text += "\n";
  if (!verdict.hint.empty()) text += "  try: " + printable(verdict.hint) + "\n";
  for (const auto& remark : verdict.remarks) text += "  note: " + printable(remark) + "\n";
  std::array<std::size_t, 4> count{};
  for (const auto& one : verdict.differences)
    if (++count.at(static_cast<std::size_t>(one.kind)) <= kMostShown)
      text += fmt::format("  {}{}: {} -> {}\n",
                          one.kind == Difference::Kind::installed ? "installed " : "",
                          printable(one.what), shown(one.published), shown(one.rebuilt));
  for (const auto all : count)
    if (all > kMostShown) text += fmt::format("  and {} more; --json has all\n", all - kMostShown);
  for (std::size_t i = 0; i < std::min(verdict.gone.size(), kMostShown); ++i)
    text += fmt::format("  can't be had any more: {}\n", printable(verdict.gone[i]));
  if (verdict.gone.size() > kMostShown)
    text += fmt::format("  and {} more packages\n", verdict.gone.size() - kMostShown);
  if (!verdict.log.empty()) text += fmt::format("  log: {}\n", printable(verdict.log.string()));
  return text;
}

/// The files of the target's last good build, as they lie in its repository.
std::vector<Claim> claims_of(const Target& target, Setup& setup, const History& history,
                             const pacman::PackageLimits& limits) {
  const auto cannot = [&](const std::string& why) {
    return Error("cannot verify the target '" + target.name + "'").because(why);
  };
  const auto last = history.last_good(target.name);
  if (!last || last->files.empty()) throw cannot("there is no good build of it");
  const auto directory = setup.repositories->at(target.repository).directory();
  if (directory.empty())
    throw cannot("the repository '" + target.repository + "' has its files on another machine")
        .advise("get a file and its record from there, and verify that");
  std::vector<Claim> claims;
  for (const auto& file : last->files) {
    auto& claim =
        claims.emplace_back(Claim::read(directory / file.file_name, setup.signer.get(), limits));
    if (!file.sha256.empty() && file.sha256 != claim.package.sha256)
      claim.objections.push_back("it is not the file that was built, sha256 " + file.sha256);
  }
  return claims;
}

/// What is to be verified, as it stands on the command line.
struct Subject {
  std::vector<Claim> claims;
  std::vector<Target> listed;
  bool is_target = false;
};

/// Builds them again, once for all that are of one build.
void verify(Verification& verification, const Ledger& ledger, Subject subject,
            std::vector<Verdict>& verdicts, const Cancellation& cancel) {
  auto& left = subject.claims;
  while (!left.empty()) {
    std::vector<Claim> together, others;
    for (auto& claim : left)
      (together.empty() || claim.is_of_build_of(together.front()) ? together : others)
          .push_back(std::move(claim));
    left = std::move(others);
    expect_approval(together.front(), ledger);
    auto [recipe, chosen_by] = recipe_of(together.front(), subject.listed, subject.is_target);
    for (auto& verdict : verification.verify(together, std::move(recipe), chosen_by, cancel))
      verdicts.push_back(std::move(verdict));
  }
}

/// The files among what is named; takes them out of that. They need neither the lock nor an engine.
std::vector<Subject> take_files(std::vector<std::string>& named, Signer* signer,
                                const pacman::PackageLimits& limits) {
  std::vector<Subject> files;
  std::erase_if(named, [&](const std::string& name) {
    const bool is_file =
        name.find('/') != std::string::npos || pacman::PackageFileName::parse(name);
    if (is_file) files.push_back({{Claim::read(fs::absolute(name), signer, limits)}, {}});
    return is_file;
  });
  return files;
}

int code_of(const std::vector<Verdict>& verdicts) {
  for (const auto& verdict : verdicts)
    if (verdict.kind != Verdict::Kind::identical) return exit_code::target_failed;
  return exit_code::ok;
}

}  // namespace

int verify_command(const Arguments& arguments, const Cancellation& cancel) {
  auto setup = set_up(arguments, cancel);
  const auto& settings = setup.settings();
  const auto how = build_settings(settings);
  const pacman::PackageLimits limits{.unpacked = how.host.unpacked, .cancel = cancel};
  Console words(STDERR_FILENO, Console::Patience::bounded);

  auto names = arguments;
  auto subjects = take_files(names.targets, setup.signer.get(), limits);

  const StateDir state(settings.build.state_dir);
  const RunLock lock(state, RunLock::For::run, cancel);
  const History history(state);
  const Ledger ledger(state, Ledger::Access::read);
  git::Remotes remotes(politeness(settings));
  PackagingSources sources(state.mirrors(), remotes);
  auto selection = select(setup, names, sources, true, words, cancel, &history);
  words.flush();
  for (auto& subject : subjects) subject.listed = selection.listed;

  const auto engine = engine_when_needed(settings);
  const RunIdentity identity{state.instance(), time_and_random()};
  BuilderImage image(engine->runtime(), engine->images(), identity, image_settings(settings));
  // Sources come from where they are now, and nothing of this is kept for later builds.
  const Host host{engine->runtime(),  image,
                  identity,           setup.arch,
                  capacity(settings), {cache_limits(settings).packages, 0}};
  Verification verification(
      {host, state, *setup.repositories, remotes, how, settings.verify.archive,
       [&](const std::string& text) { words.write(fmt::format("note: {}\n", printable(text))); },
       [&](const std::string& target, const std::string& step) {
         if (arguments.verbose) words.write(fmt::format("{}: {}\n", target, step));
       }});

  std::vector<Verdict> verdicts;
  bool is_impossible = false;
  const auto attempt = [&](const auto& work) {
    try {
      work();
    } catch (const Error& error) {
      words.write(error_text(error.report()));
      is_impossible = true;
    }
  };
  if (!names.targets.empty())
    for (const auto& target : selection.targets)
      attempt([&] {
        verify(verification, ledger, {claims_of(target, setup, history, limits), {target}, true},
               verdicts, cancel);
      });
  for (auto& subject : subjects)
    attempt([&] { verify(verification, ledger, std::move(subject), verdicts, cancel); });

  words.flush();
  if (arguments.json) {
    print(verdicts_json(verdicts));
  } else {
    for (const auto& verdict : verdicts)
      if (!arguments.quiet || verdict.kind != Verdict::Kind::identical) print(report(verdict));
  }
  return is_impossible ? exit_code::nothing_done : code_of(verdicts);
}

}  // namespace pkgkiln::cli
