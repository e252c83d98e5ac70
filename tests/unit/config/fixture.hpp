#pragma once

#include <string>
#include <vector>

#include "config/load.hpp"
#include "core/base/file.hpp"

namespace pkgkiln::config::test {

/// A directory of its own with a home, a configuration file in it when there is to be one, and a
/// request that sees nothing of this machine.
class Fixture {
 public:
  Fixture();

  /// Writes pkgkiln.toml and names it as --config does, relative to the working directory.
  Fixture& file(const std::string& toml);
  Fixture& env(const std::string& name, const std::string& value);
  Fixture& set(const std::string& key, const std::string& value);

  LoadResult load() const { return config::load(request); }
  Settings settings() const { return load().settings; }
  /// What is wrong, one line each; fails the test when nothing is.
  std::vector<std::string> problems() const;
  /// The only problem; fails the test when there are several.
  std::string problem() const;

  std::filesystem::path path(const std::string& name) const { return directory_.path() / name; }
  void write(const std::string& name, const std::string& content) const;

  LoadRequest request;

 private:
  TempDir directory_;
};

}  // namespace pkgkiln::config::test
