#include "core/sign/signer.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/publish/file_placement.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/sign/own_gnupg.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using pkgkiln::Signer;
using pkgkiln::SigningSettings;
using pkgkiln::test::OwnGnupg;

namespace {

/// Why it can't sign, with its advice; empty if it can.
std::string complaint_of(Signer& signer) {
  try {
    signer.check();
    return {};
  } catch (const pkgkiln::Error& error) {
    return error.report();
  }
}

std::string complaint_about(SigningSettings settings) {
  Signer signer(std::move(settings));
  return complaint_of(signer);
}

struct Fixture {
  OwnGnupg gnupg;
  fs::path file = gnupg.directory.path() / "a.pkg.tar.zst";
  fs::path signature = pkgkiln::signature_path(file);

  Fixture() {
    ::signal(SIGPIPE, SIG_IGN);
    pkgkiln::write_file_atomically(file, std::string(1U << 20U, 'x'));
  }
  void sign_by(Signer& signer) const {
    pkgkiln::write_file_atomically(signature, signer.sign(file));
  }
};

/// Takes the agent's place, and says nothing to whoever connects.
class SilentAgent {
 public:
  explicit SilentAgent(const OwnGnupg& gnupg) {
    gnupg.end_agent();
    const auto path = gnupg.home / "S.gpg-agent";
    // It removes its socket when it ends, whosever that is by then.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (fs::exists(path) && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.string().size() < sizeof address.sun_path);
    path.string().copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
    REQUIRE(::listen(socket_.get(), 8) == 0);
  }

 private:
  pkgkiln::UniqueFd socket_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a signature is one that gpg takes, and that is known to be of the key") {
  const auto key = gnupg.make_key("Good <good@example.org>");
  Signer signer(gnupg.settings(key));
  const auto checked = signer.check();
  CHECK(checked.fingerprint == key);
  CHECK(checked.owner == "Good <good@example.org>");
  CHECK_FALSE(checked.expires);
  CHECK_FALSE(signer.is_signed(file, signature));
  sign_by(signer);
  CHECK(pkgkiln::read_file(signature).front() != '-');
  const auto verified = gnupg({"--verify", signature.string(), file.string()});
  CHECK_THAT(verified.output, ContainsSubstring("Good signature"));
  CHECK(signer.is_signed(file, signature));

  SECTION("not with another byte") {
    pkgkiln::write_file_atomically(file, std::string((1U << 20U) - 1, 'x') + "y");
    CHECK_FALSE(signer.is_signed(file, signature));
  }
  SECTION("not by another key, nor of both, nor of what is no signature") {
    Signer other(gnupg.settings(gnupg.make_key("Other <other@example.org>")));
    CHECK_FALSE(other.is_signed(file, signature));
    const auto both = signer.sign(file) + other.sign(file);
    pkgkiln::write_file_atomically(signature, both);
    CHECK_FALSE(signer.is_signed(file, signature));
    for (const auto* rubbish : {"", "rubbish"}) {
      pkgkiln::write_file_atomically(signature, rubbish);
      CHECK_FALSE(signer.is_signed(file, signature));
    }
  }
  SECTION("clients take its public key") {
    const auto armored = signer.public_key();
    CHECK_THAT(armored, ContainsSubstring("-----BEGIN PGP PUBLIC KEY BLOCK-----"));
    const OwnGnupg client;
    pkgkiln::write_file_atomically(client.directory.path() / "key", armored);
    client({"--import", (client.directory.path() / "key").string()});
    CHECK_THAT(client({"--verify", signature.string(), file.string()}).output,
               ContainsSubstring("Good signature"));
    CHECK_THAT(complaint_about(client.settings(key)),
               ContainsSubstring("only its public part is in") && ContainsSubstring("try: import"));
    CHECK(Signer(client.settings(key)).public_key() == armored);
  }
}

TEST_CASE_METHOD(Fixture, "a key that can't sign is told apart, with advice") {
  const auto key = gnupg.make_key("Good <good@example.org>");
  SECTION("missing") {
    CHECK_THAT(complaint_about(gnupg.settings(std::string(40, 'A'))),
               ContainsSubstring("there is no such key in '" + gnupg.home.string() + "'") &&
                   ContainsSubstring("try: set sign.key"));
  }
  SECTION("one of two") {
    gnupg.make_key("Better <better@example.org>");
    CHECK(complaint_about(gnupg.settings("better@example.org")).empty());
    CHECK_THAT(complaint_about(gnupg.settings("example.org")),
               ContainsSubstring("2 keys") && ContainsSubstring("fingerprint"));
  }
  SECTION("expired, until it is extended") {
    const auto old = gnupg.make_key("Old <old@example.org>", "", "20200201T000000",
                                    {"--faked-system-time", "20200101T000000"});
    Signer signer(gnupg.settings(old));
    CHECK_THAT(complaint_of(signer), ContainsSubstring("it expired on 2020-02-01") &&
                                         ContainsSubstring("--quick-set-expire " + old));
    gnupg({"--passphrase", "", "--quick-set-expire", old, "1y"});
    CHECK(complaint_of(signer).empty());
    CHECK(signer.check().expires > std::chrono::system_clock::now());
  }
  SECTION("revoked") {
    auto revocation = pkgkiln::read_file(gnupg.home / "openpgp-revocs.d" / (key + ".rev"));
    revocation.erase(revocation.find(":-----BEGIN"), 1);
    pkgkiln::write_file_atomically(gnupg.home / "revocation", revocation);
    gnupg({"--import", (gnupg.home / "revocation").string()});
    CHECK_THAT(complaint_about(gnupg.settings(key)),
               ContainsSubstring("it was revoked") && ContainsSubstring("another key"));
  }
  SECTION("its agent is gone") {
    gnupg.end_agent();
    pkgkiln::write_file_atomically(gnupg.home / "gpg.conf", "no-autostart\n");
    CHECK_THAT(complaint_about(gnupg.settings(key)),
               ContainsSubstring("gpg-agent, which keeps its secret part, does not answer"));
  }
  SECTION("its agent does not answer") {
    auto settings = gnupg.settings(key);
    settings.patience = std::chrono::milliseconds(400);
    const SilentAgent agent(gnupg);
    const auto begun = std::chrono::steady_clock::now();
    CHECK_THAT(complaint_about(settings), ContainsSubstring("does not answer"));
    const auto cancel = pkgkiln::Cancellation().with_deadline(std::chrono::steady_clock::now());
    Signer cancelled(gnupg.settings(key), Signer::Ask::never, cancel);
    CHECK_THROWS_AS(cancelled.check(), pkgkiln::Cancelled);
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(20));
  }
}

TEST_CASE_METHOD(Fixture, "a locked key needs its passphrase, from a file or from the agent") {
  const auto key = gnupg.make_key("Locked <locked@example.org>", "open sesame");
  gnupg.end_agent();
  auto settings = gnupg.settings(key);
  CHECK_THAT(complaint_about(settings),
             ContainsSubstring("it is locked") && ContainsSubstring("sign.passphrase_file"));
  settings.passphrase_file = gnupg.home / "passphrase";
  CHECK_THAT(complaint_about(settings), ContainsSubstring("cannot be read"));
  pkgkiln::write_file_atomically(settings.passphrase_file, "close sesame\n");
  const auto wrong = complaint_about(settings);
  CHECK_THAT(wrong, ContainsSubstring("it is locked") && ContainsSubstring("check the passphrase"));
  CHECK_THAT(wrong, !ContainsSubstring("close"));
  pkgkiln::write_file_atomically(settings.passphrase_file, "open sesame\n");
  Signer signer(settings);
  sign_by(signer);
  CHECK(signer.is_signed(file, signature));
  // Now the agent knows it.
  CHECK(complaint_about(gnupg.settings(key)).empty());
}

TEST_CASE_METHOD(Fixture, "an exported key is used without a trace") {
  const bool locked = GENERATE(false, true);
  const std::string passphrase = locked ? "open sesame" : "";
  SigningSettings settings{gnupg.make_key("Exported <exported@example.org>", passphrase)};
  settings.key_file = gnupg.directory.path() / "key.asc";
  if (locked) settings.passphrase_file = gnupg.directory.path() / "passphrase";
  if (locked) pkgkiln::write_file_atomically(settings.passphrase_file, passphrase);
  gnupg({"--passphrase", passphrase, "--armor", "--output", settings.key_file.string(),
         "--export-secret-keys", settings.key});
  const auto place = gnupg.directory.path() / "run";
  fs::create_directory(place);
  ::setenv("XDG_RUNTIME_DIR", place.c_str(), 1);
  // What a killed process left.
  const auto left = place / "pkgkiln-gnupg-killed";
  fs::create_directory(left);
  fs::last_write_time(left, fs::file_time_type::clock::now() - std::chrono::hours(1));
  {
    Signer signer(settings);
    signer.check();
    CHECK_FALSE(fs::exists(left));
    CHECK_FALSE(fs::is_empty(place));
    sign_by(signer);
    CHECK(signer.is_signed(file, signature));
    CHECK_THAT(
        complaint_about({"nobody@example.org", {}, settings.key_file, settings.passphrase_file}),
        ContainsSubstring("there is no such key") && ContainsSubstring("key in it"));
  }
  CHECK(fs::is_empty(place));
  pkgkiln::write_file_atomically(settings.key_file, "rubbish");
  CHECK_THAT(complaint_about(settings), ContainsSubstring("holds no secret key"));
  CHECK(fs::is_empty(place));
  ::unsetenv("XDG_RUNTIME_DIR");
}
