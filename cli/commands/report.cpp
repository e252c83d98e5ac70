#include <algorithm>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "core/base/printable.hpp"
#include "core/publish/local_repository.hpp"

namespace pkgkiln::cli {

namespace {

namespace fs = std::filesystem;

/// Where a folder is served, when the report's is served at `url`; empty: unknown. That a web
/// server follows the folders is certain only below the report, and above it as long as both are
/// called the same.
std::string address_of(const fs::path& root, fs::path report, std::string url) {
  if (url.empty()) return {};
  auto below = root.lexically_relative(report);
  while (!below.empty() && *below.begin() == "..") {
    const auto name = "/" + report.filename().string();
    if (!url.ends_with(name)) return {};
    url.resize(url.size() - name.size());
    report = report.parent_path();
    below = root.lexically_relative(report);
  }
  if (below.empty()) return {};
  return below == "." ? url : url + "/" + below.string();
}

/// One that can't be read is told of elsewhere.
bool is_signed(Repository& repository) {
  auto* local = dynamic_cast<LocalRepository*>(&repository);
  try {
    return local != nullptr && local->is_signed();
  } catch (const Error&) {
    return false;
  }
}

std::vector<report::ReportedRepository> repositories_of(const Setup& setup,
                                                        const fs::path& folder) {
  const auto& settings = setup.settings();
  std::vector<report::ReportedRepository> found;
  for (const auto& one : settings.repositories) {
    if (one.path.empty()) {
      if (!settings.vieter.address.empty())
        found.push_back({one.name, settings.vieter.address + "/$repo/$arch", false});
      continue;
    }
    const auto root = fs::absolute(one.path).lexically_normal();
    const auto served = address_of(root, folder, settings.report.url);
    found.push_back({one.name,
                     (served.empty() ? "file://" + root.string() : served) + "/$repo/$arch",
                     is_signed(setup.repositories->at(one.name))});
  }
  return found;
}

}  // namespace

report::Written write_report(Setup& setup, fs::path folder, const StateDir& state,
                             const History& history, const Ledger& ledger) {
  const auto& settings = setup.settings();
  if (folder.empty()) folder = settings.report.path;
  folder = fs::absolute(folder).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();  // it ended in a slash
  report::ReportSettings how{folder, settings.report.title, settings.report.url,
                             repositories_of(setup, folder)};
  if (setup.signer)
    how.key = report::ReportedKey{setup.signer->key().fingerprint, setup.signer->public_key()};
  return report::write_report(how, state, history, ledger);
}

int report_command(const Arguments& arguments, const Cancellation& cancel) {
  auto setup = set_up(arguments, cancel);
  if (arguments.file.empty() && setup.settings().report.path.empty())
    throw UsageError("there is no folder that the report is to be in")
        .advise("name one, or set path below [report]");
  const StateDir state(setup.settings().build.state_dir);
  const auto done = write_report(setup, arguments.file, state, History(state),
                                 Ledger(state, Ledger::Access::read));
  const auto& folder = arguments.file.empty() ? setup.settings().report.path : arguments.file;
  if (!arguments.quiet)
    say(fmt::format("{} files written and {} removed; begin with {}\n", done.written, done.removed,
                    printable((folder / "index.html").string())));
  return exit_code::ok;
}

}  // namespace pkgkiln::cli
