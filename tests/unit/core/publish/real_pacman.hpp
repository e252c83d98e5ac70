#pragma once

#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

#include "core/base/file.hpp"
#include "tests/unit/core/package/programs.hpp"

namespace pkgkiln::test {

/// The real pacman with a root, database and configuration of its own.
class Pacman {
 public:
  Pacman(const std::filesystem::path& place, const std::filesystem::path& server,
         const std::string& level = "Never")
      : place_(place) {
    for (const auto* made : {"root", "db", "cache", "hooks", "gpg"})
      std::filesystem::create_directories(place_ / made);
    write_file_atomically(place_ / "pacman.conf",
                          "[options]\nArchitecture = x86_64\nSigLevel = " + level +
                              "\nLogFile = " + (place_ / "log").string() +
                              "\n[r]\nServer = file://" + server.string() + "\n");
  }

  Ran operator()(std::vector<std::string> arguments) const {
    std::vector<std::string> command;
    if (::geteuid() != 0) command = {"fakeroot", "--"};
    command.insert(command.end(),
                   {"pacman", "--config", (place_ / "pacman.conf").string(), "--root",
                    (place_ / "root").string(), "--dbpath", (place_ / "db").string(), "--cachedir",
                    (place_ / "cache").string(), "--hookdir", (place_ / "hooks").string(),
                    "--gpgdir", (place_ / "gpg").string(), "--noconfirm"});
    // pacman 7 downloads in a sandbox, as another user, where it can.
    if (run_program({"pacman", "-Sh"}).output.find("--disable-sandbox ") != std::string::npos)
      command.emplace_back("--disable-sandbox");
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_program(command);
  }

  std::filesystem::path root() const { return place_ / "root"; }

  /// Has it trust that public key, as pacman-key(8) would.
  void trust(const std::string& armored, const std::string& fingerprint) const {
    const auto home = (place_ / "gpg").string();
    std::filesystem::permissions(home, std::filesystem::perms::owner_all);
    write_file_atomically(place_ / "gpg/pubring.gpg", "");  // in the format that pacman looks for
    write_file_atomically(place_ / "key", armored);
    write_file_atomically(place_ / "trust", fingerprint + ":6:\n");
    for (const auto* import : {"--import", "--import-ownertrust"})
      run_program({"gpg", "--homedir", home, "--batch", import,
                   (place_ / (import == std::string("--import") ? "key" : "trust")).string()});
  }

 private:
  std::filesystem::path place_;
};

}  // namespace pkgkiln::test
