#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/file.hpp"
#include "core/sign/signer.hpp"
#include "tests/unit/core/package/programs.hpp"

namespace pkgkiln::test {

/// A home of GnuPG with keys that are made for a test.
struct OwnGnupg {
  TempDir directory;
  std::filesystem::path home = directory.path() / "home";

  OwnGnupg() {
    std::filesystem::create_directory(home);
    std::filesystem::permissions(home, std::filesystem::perms::owner_all);
  }
  ~OwnGnupg() { run_program({"gpgconf", "--homedir", home.string(), "--kill", "all"}); }

  Ran operator()(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command{"gpg",     "--homedir", home.string(),     "--batch",
                                     "--quiet", "--yes",     "--pinentry-mode", "loopback"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_program(command);
  }
  /// Makes a key and returns its fingerprint. `more` are further options of gpg.
  std::string make_key(const std::string& name, const std::string& passphrase = "",
                       const std::string& expires = "never",
                       const std::vector<std::string>& more = {}) const {
    auto arguments = more;
    arguments.insert(arguments.end(), {"--passphrase", passphrase, "--quick-generate-key", name,
                                       "ed25519", "sign", expires});
    (*this)(arguments);
    const auto listed = (*this)({"--with-colons", "--list-keys", "=" + name}).output;
    const auto at = listed.find("\nfpr:");
    return at == std::string::npos
               ? listed
               : listed.substr(listed.find_first_of("0123456789ABCDEF", at + 4), 40);
  }
  /// Its agent forgets passphrases then.
  void end_agent() const { run_program({"gpgconf", "--homedir", home.string(), "--kill", "all"}); }

  SigningSettings settings(const std::string& key) const { return {key, home}; }
};

}  // namespace pkgkiln::test
