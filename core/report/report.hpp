#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/journal/history.hpp"
#include "core/ledger/ledger.hpp"

/// A static site of what was built: files in a folder, which need no server, fetch nothing from
/// elsewhere, and show the same where scripts don't run.
///
///     index.html           how all targets stand, and how to use the repositories
///     list-1.html, …       all targets, where there are no scripts
///     targets/<name>.html  a target and its builds
///     logs/<name>,<build>.html  what its newest build printed, and the newest that failed;
///                          beside it .txt, where that isn't all
///     feed.xml             failures and new versions, by Atom (RFC 4287)
///     metrics.prom         for node_exporter's textfile collector
///     key.asc, page.css, page.js
namespace pkgkiln::report {

/// A repository that pacman can use.
struct ReportedRepository {
  std::string name;
  std::string server;      // for "Server =", with $repo and $arch
  bool is_signed = false;  // all that is in it
};

struct ReportedKey {
  std::string fingerprint;
  std::string armored;  // the public key
};

struct ReportSettings {
  std::filesystem::path path;
  std::string title = "Packages";
  std::string url;  // of that folder, for the feed's links; empty: they are relative
  std::vector<ReportedRepository> repositories;
  std::optional<ReportedKey> key = std::nullopt;  // that signs
};

struct Written {
  std::size_t written = 0, removed = 0;  // files
};

/// Brings the folder up to date. Throws Error.
Written write_report(const ReportSettings& settings, const StateDir& state, const History& history,
                     const Ledger& ledger);

}  // namespace pkgkiln::report
