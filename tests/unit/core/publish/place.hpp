#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/file.hpp"
#include "core/publish/local_repository.hpp"
#include "tests/unit/core/package/sample_package.hpp"

namespace pkgkiln::test {

/// A repository, and a spool that packages are published from.
struct Place {
  TempDir root;
  std::filesystem::path spool = root.path() / "spool";
  LocalRepository repository{"r", root.path() / "repos", "x86_64"};
  std::filesystem::path directory = repository.directory();

  Place() { std::filesystem::create_directory(spool); }

  pacman::PackageArchive package(const SamplePackage& sample) const {
    return pacman::PackageArchive::read(sample.write(spool));
  }
  pacman::PackageArchive package(const std::string& pkgname, const std::string& version) const {
    SamplePackage sample;
    sample.pkgname = pkgname;
    sample.version = version;
    return package(sample);
  }
  pacman::RepositoryDatabase database() const {
    return pacman::RepositoryDatabase::read(directory / "r.db");
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
      found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }
};

inline pacman::PackageFileName name(const std::string& text) {
  return pacman::PackageFileName::parse(text).value();
}

}  // namespace pkgkiln::test
