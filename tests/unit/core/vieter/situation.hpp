#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/vieter/server_repository.hpp"
#include "tests/unit/core/package/sample_package.hpp"
#include "tests/unit/core/vieter/scripted_vieter.hpp"

namespace pkgkiln::test {

inline const std::string kContent = "the bytes of a package";

inline pacman::PackageFileName file(const std::string& name) {
  return pacman::PackageFileName::parse(name).value();
}

inline std::string desc(const std::string& sha256,
                        const std::string& file_name = "foo-1:2-3-x86_64.pkg.tar.zst") {
  const auto name = file(file_name);
  return "%FILENAME%\n" + file_name + "\n\n%NAME%\n" + name.pkgname + "\n\n%VERSION%\n" +
         name.version + "\n\n%CSIZE%\n22\n\n%SHA256SUM%\n" + sha256 + "\n\n";
}

/// A package, and a server that takes it.
struct Situation {
  TempDir directory;
  pacman::PackageArchive package;
  scripted::Vieter there;
  std::unique_ptr<vieter::Server> server;
  std::unique_ptr<vieter::ServerRepository> repository;

  explicit Situation(vieter::Version version,
                     const std::string& name = "foo-1:2-3-x86_64.pkg.tar.zst") {
    package.path = directory.path() / "package";
    write_file_atomically(package.path, kContent);
    package.name = file(name);
    package.size = kContent.size();
    package.sha256 = sha256_of(kContent);
    there.be(version, version == vieter::Version::v0_2 ? "{}" : "[]");
    server = std::make_unique<vieter::Server>(there.settings());
    repository = std::make_unique<vieter::ServerRepository>("my repo", *server);
  }

  void holds(const std::string& sha256, const std::string& arch = "x86_64") {
    there.on("GET /my%20repo/" + arch + "/foo-1%3A2-3", desc(sha256, package.name.text()));
  }
  /// The package's folder in a database.
  std::string stem() const { return package.name.pkgname + "-" + package.name.version; }
  using Entries = std::vector<std::pair<std::string, std::string>>;
  std::string database(const Entries& entries) const {
    const auto path = directory.path() / "made.db.tar.gz";
    write_archive(path, entries);
    return read_file(path);
  }
  /// Serves a database for that arch, without its last `cut` bytes.
  void lists(const std::string& arch, const Entries& entries, std::size_t cut = 0) {
    auto content = database(entries);
    content.resize(content.size() - cut);
    there.on("GET /my%20repo/" + arch + "/my%20repo.db", content);
  }
  std::size_t heads() const {
    const auto lines = there.lines();
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(), [](const auto& line) { return line.starts_with("HEAD "); }));
  }
  /// Has the package after an upload, which it answers like this.
  void takes(int status, const std::string& body) {
    there.on("POST /my%20repo/publish", [this, status, body](const auto&) {
      holds(package.sha256);
      return scripted::closing(status, body);
    });
  }
  void publish() { repository->publish({package}); }
  std::size_t uploads() const { return there.count("POST /my%20repo/publish"); }
};

}  // namespace pkgkiln::test
