#include "core/sign/signer.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <functional>
#include <limits>
#include <mutex>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/sign/gnupg_home.hpp"
#include "core/sign/gpgme_objects.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

using Time = std::chrono::system_clock::time_point;

constexpr std::uint64_t kLongestKeyFile = 1U << 20U;
constexpr std::uint64_t kLongestPassphrase = 4U << 10U;
constexpr std::uint64_t kLongestSignature = 16U << 10U;  // that pacman reads

bool is_usable(const gpgme_subkey_t key) {
  return key->can_sign != 0 && key->revoked == 0 && key->expired == 0 && key->disabled == 0 &&
         key->invalid == 0;
}

/// What signs is the primary key or one of its subkeys.
bool can_sign(const gpg::Key& key) {
  if (key->revoked != 0 || key->expired != 0 || key->disabled != 0 || key->invalid != 0)
    return false;
  for (auto* subkey = key->subkeys; subkey != nullptr; subkey = subkey->next)
    if (is_usable(subkey)) return true;
  return false;
}

/// When nothing of it can sign any more.
std::optional<Time> end_of(const gpg::Key& key) {
  long last = 0;
  for (auto* subkey = key->subkeys; subkey != nullptr; subkey = subkey->next) {
    if (subkey->can_sign == 0 || subkey->revoked != 0) continue;
    if (subkey->expires == 0) last = std::numeric_limits<long>::max();
    last = std::max(last, static_cast<long>(subkey->expires));
  }
  if (const auto primary = static_cast<long>(key->subkeys->expires); primary != 0)
    last = std::min(last, primary);
  if (last == std::numeric_limits<long>::max()) return std::nullopt;
  return std::chrono::system_clock::from_time_t(last);
}

std::string date_of(Time time) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  char text[16] = {};
  std::strftime(text, sizeof text, "%Y-%m-%d", ::gmtime_r(&seconds, &parts));
  return text;
}

SigningKey described(const gpg::Key& key) {
  return {key->subkeys->fpr, key->uids == nullptr ? "" : key->uids->uid, end_of(key)};
}

bool is_locked(gpgme_error_t error) {
  switch (gpgme_err_code(error)) {
    case GPG_ERR_NO_PIN_ENTRY:
    case GPG_ERR_CANCELED:
    case GPG_ERR_FULLY_CANCELED:
    case GPG_ERR_BAD_PASSPHRASE:
    case GPG_ERR_ENOTTY:
    case GPG_ERR_TIMEOUT:
      return true;
    default:
      return false;
  }
}

}  // namespace

struct Signer::State {
  SigningSettings settings;
  Ask ask;
  Cancellation cancel;
  std::mutex mutex = {};
  std::optional<GnupgHome> own_home = {};
  gpg::Key key = {};
  bool checked = false;

  Error unable() const { return Error("cannot sign with the key '" + settings.key + "'"); }
  std::string place() const {
    if (own_home) return "'" + settings.key_file.string() + "'";
    return settings.home.empty() ? "the keyring of GnuPG" : "'" + settings.home.string() + "'";
  }

  void open(gpg::Context& context, Ask asking);
  gpg::Context::End run(gpg::Context& context, Ask asking,
                        const std::function<gpgme_error_t()>& start);
  static gpgme_error_t give_passphrase(void* state, const char*, const char*, int was_bad, int fd);
  void import_key_file();
  std::vector<gpg::Key> keys(bool secret);
  const gpg::Key& find_key();
  void expect_usable();
  std::string sign(gpgme_data_t data, Ask asking);
  Error why_not(gpgme_error_t failed, gpgme_sign_result_t result) const;
};

void Signer::State::open(gpg::Context& context, Ask asking) {
  if (gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP) != 0)
    throw unable().because("GnuPG is not installed").advise("install gnupg");
  if (!settings.key_file.empty() && !own_home) import_key_file();
  const auto home = own_home ? own_home->path() : settings.home;
  if (!home.empty())
    gpg::demand(
        gpgme_ctx_set_engine_info(context.get(), GPGME_PROTOCOL_OpenPGP, nullptr, home.c_str()),
        "use GnuPG's home");
  if (!settings.passphrase_file.empty()) {
    gpgme_set_pinentry_mode(context.get(), GPGME_PINENTRY_MODE_LOOPBACK);
    gpgme_set_passphrase_cb(context.get(), &State::give_passphrase, this);
  } else if (asking == Ask::never) {
    gpgme_set_pinentry_mode(context.get(), GPGME_PINENTRY_MODE_ERROR);
  }
}

gpg::Context::End Signer::State::run(gpg::Context& context, Ask asking,
                                     const std::function<gpgme_error_t()>& start) {
  open(context, asking);
  const bool asks = gpgme_get_pinentry_mode(context.get()) == GPGME_PINENTRY_MODE_DEFAULT;
  auto end = context.run(start, cancel, asks ? std::chrono::milliseconds(0) : settings.patience);
  if (end.stuck)
    throw unable()
        .because("GnuPG or its agent does not answer")
        .advise("end it: gpgconf --kill gpg-agent");
  return end;
}

gpgme_error_t Signer::State::give_passphrase(void* state, const char*, const char*, int was_bad,
                                             int fd) {
  if (was_bad != 0) return gpgme_error(GPG_ERR_BAD_PASSPHRASE);
  try {
    const auto& path = static_cast<State*>(state)->settings.passphrase_file;
    auto line = read_file(path, kLongestPassphrase);
    line = line.substr(0, line.find('\n')) + "\n";
    return gpgme_io_writen(fd, line.data(), line.size()) == 0 ? 0 : gpgme_error_from_errno(errno);
  } catch (const std::exception&) {
    return gpgme_error(GPG_ERR_NO_PASSPHRASE);
  }
}

void Signer::State::import_key_file() {
  const auto bytes = read_file(settings.key_file, kLongestKeyFile);
  own_home.emplace();
  try {
    gpg::Context importing;
    const auto data = gpg::memory(bytes);
    const auto failed = run(importing, ask, [&] {
                          return gpgme_op_import_start(importing.get(), data.get());
                        }).error;
    const auto* result = gpgme_op_import_result(importing.get());
    if (is_locked(failed)) throw why_not(failed, nullptr);
    if (failed != 0 || result == nullptr || result->secret_read == 0)
      throw unable()
          .because("'" + settings.key_file.string() + "' holds no secret key")
          .advise("write it there: gpg --export-secret-keys " + settings.key);
  } catch (...) {
    own_home.reset();
    throw;
  }
}

std::vector<gpg::Key> Signer::State::keys(bool secret) {
  gpg::Context listing;
  auto end = run(listing, Ask::never, [&] {
    return gpgme_op_keylist_start(listing.get(), settings.key.c_str(), secret ? 1 : 0);
  });
  if (end.error != 0)
    throw unable().because("cannot list the keys in " + place() + ": " + gpg::text_of(end.error));
  return std::move(end.keys);
}

const gpg::Key& Signer::State::find_key() {
  if (key) return key;
  auto found = keys(true);
  if (found.empty()) found = keys(false);  // which says more, of what is wrong with it
  if (std::count_if(found.begin(), found.end(), can_sign) == 1)
    std::swap(found.front(), *std::find_if(found.begin(), found.end(), can_sign));
  else if (found.size() > 1)
    throw unable()
        .because(std::to_string(found.size()) + " keys in " + place() + " are called so")
        .advise("set sign.key to a fingerprint: gpg --list-secret-keys");
  if (found.empty())
    throw unable()
        .because("there is no such key in " + place())
        .advise(own_home ? "set sign.key to the fingerprint of the key in it"
                         : "set sign.key to a fingerprint that gpg --list-secret-keys shows, or "
                           "sign.home, if it is another user's");
  return key = std::move(found.front());
}

void Signer::State::expect_usable() {
  if (can_sign(find_key())) return;
  const auto found = std::move(key);  // it may be extended by the time that it is asked for again
  const auto end = end_of(found);
  if (found->revoked == 0 && end && *end < std::chrono::system_clock::now())
    throw unable()
        .because("it expired on " + date_of(*end))
        .advise("extend it: gpg --quick-set-expire " + std::string(found->subkeys->fpr) +
                " 1y; clients need its public key again: pkgkiln key export");
  throw unable()
      .because(found->revoked != 0 ? "it was revoked" : "it is not one that can sign")
      .advise("set sign.key to another key; clients need its public key: pkgkiln key export");
}

Error Signer::State::why_not(gpgme_error_t failed, gpgme_sign_result_t result) const {
  auto error = unable();
  const bool has_file = !settings.passphrase_file.empty();
  if (is_locked(failed))
    return error.because("it is locked: " + gpg::text_of(failed))
        .advise(has_file ? "check the passphrase in '" + settings.passphrase_file.string() + "'"
                         : "set sign.passphrase_file; or sign something with gpg, whose agent then "
                           "knows the passphrase for a while; at a terminal, pkgkiln doctor asks");
  if (gpgme_err_code(failed) == GPG_ERR_NO_PASSPHRASE)
    return error.because("'" + settings.passphrase_file.string() + "' cannot be read")
        .advise("check sign.passphrase_file");
  const auto* invalid = result == nullptr ? nullptr : result->invalid_signers;
  if (invalid != nullptr && gpgme_err_code(invalid->reason) == GPG_ERR_NO_SECKEY)
    return error.because("only its public part is in " + place())
        .advise("import its secret part, or set sign.home or sign.key_file");
  if (invalid != nullptr || gpgme_err_code(failed) == GPG_ERR_NO_AGENT)
    return error.because("gpg-agent, which keeps its secret part, does not answer")
        .advise("check it: gpg-connect-agent /bye");
  return error.because(failed == 0 ? "GnuPG made no signature" : gpg::text_of(failed))
      .advise("try it by hand: gpg --local-user '" + settings.key + "' --detach-sign FILE");
}

std::string Signer::State::sign(gpgme_data_t data, Ask asking) {
  gpg::Context signing;
  gpg::demand(gpgme_signers_add(signing.get(), find_key().get()), "choose a key");
  auto signature = gpg::memory();
  const auto failed =
      run(signing, asking, [&] {
        return gpgme_op_sign_start(signing.get(), data, signature.get(), GPGME_SIG_MODE_DETACH);
      }).error;
  auto* result = gpgme_op_sign_result(signing.get());
  if (failed != 0 || result == nullptr || result->signatures == nullptr)
    throw why_not(failed, result);
  return gpg::taken(std::move(signature));
}

Signer::Signer(SigningSettings settings, Ask ask, Cancellation cancel)
    : state_(new State{std::move(settings), ask, std::move(cancel)}) {
  gpg::begin();
}

Signer::~Signer() = default;

SigningKey Signer::key() {
  const std::lock_guard lock(state_->mutex);
  return described(state_->find_key());
}

SigningKey Signer::check() {
  const std::lock_guard lock(state_->mutex);
  if (!state_->checked) {
    state_->expect_usable();
    const auto some = gpg::memory("pkgkiln");
    static_cast<void>(state_->sign(some.get(), state_->ask));
    state_->checked = true;
  }
  return described(state_->key);
}

std::string Signer::sign(const fs::path& file) {
  const std::lock_guard lock(state_->mutex);
  try {
    const gpg::FileData data(file);
    return state_->sign(data.get(), Ask::never);
  } catch (Error& error) {
    state_->checked = false;
    state_->key.reset();
    error.while_doing("cannot sign '" + file.filename().string() + "'");
    throw;
  }
}

bool Signer::is_signed(const fs::path& file, const fs::path& signature) {
  const std::lock_guard lock(state_->mutex);
  const auto& key = state_->find_key();
  std::string bytes;
  try {
    bytes = read_file(signature, kLongestSignature);
  } catch (const Error&) {
    return false;  // there is none
  }
  gpg::Context verifying;
  const auto signed_by = gpg::memory(bytes);
  const gpg::FileData data(file);
  const auto failed = state_
                          ->run(verifying, Ask::never,
                                [&] {
                                  return gpgme_op_verify_start(verifying.get(), signed_by.get(),
                                                               data.get(), nullptr);
                                })
                          .error;
  const auto* result = gpgme_op_verify_result(verifying.get());
  if (failed != 0 || result == nullptr) return false;
  const auto is_of_key = [&](const gpgme_signature_t one) {
    for (auto* subkey = key->subkeys; subkey != nullptr; subkey = subkey->next)
      if (one->fpr != nullptr && subkey->fpr == std::string_view(one->fpr)) return true;
    return false;
  };
  // pacman wants each of them to be good.
  for (auto* one = result->signatures; one != nullptr; one = one->next)
    if (gpgme_err_code(one->status) != GPG_ERR_NO_ERROR || !is_of_key(one)) return false;
  return result->signatures != nullptr;
}

std::string Signer::public_key() {
  const std::lock_guard lock(state_->mutex);
  const std::string fingerprint = state_->find_key()->subkeys->fpr;
  gpg::Context exporting;
  gpgme_set_armor(exporting.get(), 1);
  auto armored = gpg::memory();
  const auto failed =
      state_
          ->run(exporting, Ask::never,
                [&] {
                  return gpgme_op_export_start(exporting.get(), fingerprint.c_str(),
                                               GPGME_EXPORT_MODE_MINIMAL, armored.get());
                })
          .error;
  gpg::demand(failed, "export the public key");
  return gpg::taken(std::move(armored));
}

}  // namespace pkgkiln
