#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/cancellation.hpp"

namespace pkgkiln {

struct SigningSettings {
  std::string key;                      // a fingerprint, or what else names one secret key
  std::filesystem::path home = {};      // of GnuPG; empty: the user's
  std::filesystem::path key_file = {};  // an exported secret key: used instead of a home
  std::filesystem::path passphrase_file = {};
  /// How long GnuPG may take without getting on with anything, unless it asks a person.
  std::chrono::milliseconds patience = std::chrono::minutes(1);

  bool operator==(const SigningSettings&) const = default;
};

struct SigningKey {
  std::string fingerprint;  // of the primary key
  std::string owner;        // "Jane Doe <jane@example.org>"; may hold control characters
  std::optional<std::chrono::system_clock::time_point> expires;
};

/// Makes and verifies detached OpenPGP signatures by one key, in the form that pacman reads beside
/// a file. GnuPG does it on this host, and its agent keeps the secret key. That of a `key_file` is
/// imported into a home of GnuPG that lives as long as this. Nothing is touched before the first
/// call. Thread-safe; one call at a time works, and throws Cancelled when asked to stop.
class Signer {
 public:
  /// Whether GnuPG may ask for a passphrase, which check() does only.
  enum class Ask { never, at_terminal };

  explicit Signer(SigningSettings settings, Ask ask = Ask::never,
                  Cancellation cancel = Cancellation::never());
  ~Signer();

  /// Makes a signature, once. Throws Error, with advice, if that is impossible now: the key is
  /// missing, expired, revoked or locked, or the agent is gone.
  SigningKey check();
  /// The signature of a file: binary, some hundred bytes. Throws Error.
  std::string sign(const std::filesystem::path& file);
  /// Whether `signature` holds a valid one of the file, by this key. Throws Error if there is no
  /// such key.
  bool is_signed(const std::filesystem::path& file, const std::filesystem::path& signature);
  /// The public key, armored. Doesn't need the secret one.
  std::string public_key();
  /// As check() returns it, without a signature.
  SigningKey key();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pkgkiln
