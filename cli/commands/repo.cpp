#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "cli/state_json.hpp"
#include "cli/state_tables.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln::cli {

namespace {

/// Those that --repo allows. Throws UsageError if there is none.
std::vector<LocalRepository*> local_repositories(const Setup& setup, const Arguments& arguments) {
  std::vector<LocalRepository*> found;
  for (auto* one : setup.repositories->all()) {
    auto* local = dynamic_cast<LocalRepository*>(one);
    const bool is_meant = arguments.repository.empty() || arguments.repository == one->name();
    if (local != nullptr && is_meant) found.push_back(local);
  }
  if (!found.empty()) return found;
  if (arguments.repository.empty())
    throw UsageError("there is no local repository")
        .because("all packages are published to a server")
        .advise("pacman -Sl and pacman -Fl list what a server has");
  throw UsageError("there is no local repository '" + printable(arguments.repository) + "'")
      .advise("pkgkiln config shows those that are configured");
}

/// By repository and pkgname.
using Makers = std::map<std::pair<std::string, std::string>, std::string>;

Makers makers_by(const History& history) {
  Makers makers;
  for (const auto& one : history.makers()) makers[{one.repository, one.pkgname}] = one.target;
  return makers;
}

PublishedPackage published(const LocalRepository& repository, pacman::DatabaseEntry entry,
                           const Makers& makers) {
  const auto maker = makers.find({repository.name(), entry.pkgname});
  return {repository.name(), std::move(entry), maker == makers.end() ? "" : maker->second, {}};
}

std::vector<PublishedPackage> all_published(const std::vector<LocalRepository*>& repositories,
                                            const History& history) {
  const auto makers = makers_by(history);
  std::vector<PublishedPackage> found;
  for (auto* repository : repositories)
    for (auto& entry : repository->packages())
      found.push_back(published(*repository, std::move(entry), makers));
  return found;
}

/// Throws UsageError for names of which there is nothing.
std::vector<PublishedPackage> named(std::vector<PublishedPackage> all,
                                    const std::vector<std::string>& names, bool or_targets) {
  const auto is_named = [&](const PublishedPackage& one, const std::string& name) {
    return one.entry.pkgname == name || (or_targets && one.target == name);
  };
  for (const auto& name : names)
    if (std::ranges::none_of(all, [&](const auto& one) { return is_named(one, name); }))
      throw UsageError("no local repository has a package '" + printable(name) + "'")
          .advise("pkgkiln repo list lists those that are there");
  std::erase_if(all, [&](const PublishedPackage& one) {
    return std::ranges::none_of(names, [&](const auto& name) { return is_named(one, name); });
  });
  return all;
}

/// Throws UsageError where nobody can be asked.
bool is_wanted(const std::string& what, const Arguments& arguments, const Cancellation& cancel) {
  if (arguments.yes) return true;
  if (!is_attended())
    throw UsageError("nobody is there to be asked whether to " + what).advise("add --yes");
  return lower_case(answer_to(fmt::format("{}? [y/N] ", what), cancel)).starts_with('y');
}

/// Where the package is published now in a newer version.
struct Replaced {
  LocalRepository* repository;
  pacman::PackageArchive older;
  PublishedPackage there;
};

Replaced replaced_by(const std::string& file, const std::vector<LocalRepository*>& repositories,
                     const std::vector<PublishedPackage>& all, const Cancellation& cancel) {
  auto package = pacman::PackageArchive::read(file, {}, {.cancel = cancel});
  const auto there = named(all, {package.name.pkgname}, false);
  if (there.size() > 1)
    throw UsageError("several repositories have a package '" + package.name.pkgname + "'")
        .advise("add --repo NAME");
  const auto& now = there.front();
  if (pacman::compare_versions(package.name.version, now.entry.version) >= 0)
    throw UsageError(fmt::format("'{}' is not older than {} {} in '{}'", printable(file),
                                 now.entry.pkgname, now.entry.version, now.repository));
  const auto at = std::ranges::find_if(
      repositories, [&](const auto* one) { return one->name() == now.repository; });
  return {*at, std::move(package), now};
}

/// So that the target counts as up to date until something of it changes.
void record_downgrade(History& history, const Replaced& replaced) {
  if (replaced.there.target.empty()) return;
  auto record = history.last_good(replaced.there.target);
  if (!record) return;
  const auto& older = replaced.older;
  record->build = time_and_random();
  record->status = Status::up_to_date;
  record->why = fmt::format("{} was downgraded by {}", older.name.pkgname, user_name());
  record->previous_version = replaced.there.entry.version;
  record->version = older.name.version;
  record->started = record->finished = std::chrono::system_clock::now();
  record->steps.clear();
  record->log.clear();
  for (auto& file : record->files) {
    const auto name = pacman::PackageFileName::parse(file.file_name);
    if (name && name->pkgname == older.name.pkgname)
      file = {older.name.text(), older.sha256, older.size};
  }
  history.record(*record);
}

}  // namespace

int files_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto setup = set_up(arguments, cancel);
  const auto repositories = local_repositories(setup, arguments);
  const History history{StateDir(setup.settings().build.state_dir)};
  auto packages = named(all_published(repositories, history), arguments.targets, true);
  for (const auto* repository : repositories) {
    std::vector<std::string> names;
    for (const auto& one : packages)
      if (one.repository == repository->name()) names.push_back(one.entry.pkgname);
    auto files = names.empty() ? std::map<std::string, std::vector<std::string>>()
                               : repository->files_of(names);
    for (auto& one : packages)
      if (one.repository == repository->name()) one.files = std::move(files[one.entry.pkgname]);
  }
  std::string text;
  for (const auto& one : packages) {
    for (const auto& file : one.files)
      text += printable(fmt::format("{} /{}", one.entry.pkgname, file)) + "\n";
  }
  print(arguments.json ? published_json(packages) : text);
  return exit_code::ok;
}

int repo_list_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto setup = set_up(arguments, cancel);
  const auto repositories = local_repositories(setup, arguments);
  const History history{StateDir(setup.settings().build.state_dir)};
  const auto packages = all_published(repositories, history);
  print(arguments.json ? published_json(packages) : packages_in_table(packages));
  return exit_code::ok;
}

int repo_check_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto setup = set_up(arguments, cancel);
  std::vector<CheckedRepository> checked;
  for (auto* one : local_repositories(setup, arguments))
    checked.push_back({one->name(), one->packages().size(), one->examine()});
  const bool is_sound =
      std::ranges::all_of(checked, [](const auto& one) { return one.problems.empty(); });
  if (arguments.json || !arguments.quiet || !is_sound)
    print(arguments.json ? check_json(checked) : check_text(checked));
  return is_sound ? exit_code::ok : exit_code::target_failed;
}

int repo_remove_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto setup = set_up(arguments, cancel);
  const auto repositories = local_repositories(setup, arguments);
  const StateDir state(setup.settings().build.state_dir);
  const History history(state);
  const auto packages = named(all_published(repositories, history), arguments.targets, false);
  if (!arguments.json) print(packages_in_table(packages));
  if (!is_wanted("remove these packages", arguments, cancel)) return exit_code::ok;
  {
    const RunLock lock(state, RunLock::For::look, cancel);
    for (const auto& one : packages)
      setup.repositories->at(one.repository).withdraw({one.entry.file_name, one.entry.sha256});
  }
  if (arguments.json) print(published_json(packages));
  if (arguments.json || arguments.quiet) return exit_code::ok;
  for (const auto& one : packages)
    print(printable(
              fmt::format("removed {} from '{}'{}", one.entry.file_name, one.repository,
                          one.target.empty()
                              ? ""
                              : fmt::format("; the next run builds it again while '{}' is a target",
                                            one.target))) +
          "\n");
  return exit_code::ok;
}

int repo_downgrade_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto setup = set_up(arguments, cancel);
  const auto repositories = local_repositories(setup, arguments);
  const StateDir state(setup.settings().build.state_dir);
  History history(state);
  const auto all = all_published(repositories, history);
  std::vector<Replaced> replaced;
  for (const auto& file : arguments.targets)
    replaced.push_back(replaced_by(file, repositories, all, cancel));
  std::string question;
  for (const auto& one : replaced)
    question += fmt::format("{}put {} {} in the place of {} in '{}'", question.empty() ? "" : ", ",
                            one.older.name.pkgname, one.older.name.version, one.there.entry.version,
                            one.there.repository);
  if (!is_wanted(question, arguments, cancel)) return exit_code::ok;
  std::vector<PublishedPackage> done;
  {
    const RunLock lock(state, RunLock::For::look, cancel);
    for (const auto& one : replaced) {
      Terms terms;
      terms.forced = true;
      terms.made = [&](const std::string& name) {
        return history.made(name, one.repository->name());
      };
      one.repository->publish({one.older}, terms);
      record_downgrade(history, one);
      done.push_back(
          {one.repository->name(), pacman::DatabaseEntry::of(one.older), one.there.target, {}});
    }
  }
  if (arguments.json) print(published_json(done));
  if (arguments.json || arguments.quiet) return exit_code::ok;
  for (const auto& one : done)
    print(fmt::format(
        "'{}' has {} {} now, until its target changes; clients get it by pacman -Syuu\n",
        one.repository, one.entry.pkgname, one.entry.version));
  return exit_code::ok;
}

}  // namespace pkgkiln::cli
