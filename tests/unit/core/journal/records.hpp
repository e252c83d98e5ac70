#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/journal/history.hpp"

namespace pkgkiln::test {

/// A record with something in every member.
inline BuildRecord full_record(const std::string& target, const std::string& build) {
  const std::chrono::system_clock::time_point start(std::chrono::seconds(1'700'000'000));
  BuildRecord record;
  record.build = build;
  record.target = target;
  record.url = "https://example.com/ü.git";
  record.branch = "main";
  record.path = "a/b";
  record.repository = "mine";
  record.commit = std::string(40, 'c');
  record.tree = std::string(64, 't');
  record.built_from = std::string(64, 'u');
  record.image = "sha256:1";
  record.host = "kiln.example.com";
  record.version = "1:1.0-1";
  record.previous_version = "0.9-2";
  record.conditions = "memory=1\nnetwork=on\n";
  record.status = Status::built;
  record.step = "build";
  record.exit_code = 4;
  record.why = "it's \"odd\"\n\x01; DROP TABLE builds; --";
  record.started = start + std::chrono::microseconds(123'456);
  record.finished = start + std::chrono::hours(1);
  record.hint = "a hint";
  record.steps = {{"fetch", std::chrono::milliseconds(1'250)},
                  {"accept", {}},
                  {"accept", std::chrono::milliseconds(2)}};
  record.peak_memory = std::uint64_t{3} << 30U;
  record.log = "/logs/a b.log";
  record.vcs_sources = {{"git+https://example.com/x#branch=y", "ab12"},
                        {"hg+https://example.com/z", ""}};
  record.files = {{"foo-1:1.0-1-any.pkg.tar.zst", std::string(64, 'a'), 1'234},
                  {"foo-docs-1:1.0-1-any.pkg.tar.zst", std::string(64, 'b'), 0}};
  return record;
}

/// The same with that end, and these files.
inline BuildRecord made(const std::string& target, const std::string& build,
                        const std::string& status, std::vector<std::string> files = {}) {
  auto record = full_record(target, build);
  record.status = status_of(status).value();
  record.files.clear();
  for (const auto& file : files) record.files.push_back({file, "x"});
  return record;
}

struct HistorySetup {
  TempDir dir;
  StateDir state{dir.path() / "state"};

  std::vector<std::filesystem::path> put_aside() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(state.root()))
      if (entry.path().filename().string().starts_with("state.db.damaged-"))
        found.push_back(entry.path());
    return found;
  }
};

}  // namespace pkgkiln::test
