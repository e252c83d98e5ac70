#include "core/base/digest.hpp"

#include <array>
#include <openssl/evp.h>

#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace pkgkiln {

struct Sha256::State {
  struct Free {
    void operator()(EVP_MD_CTX* used) const { EVP_MD_CTX_free(used); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (!state_->context || EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) != 1)
    throw Error("cannot start a SHA-256 digest");
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  if (EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1)
    throw Error("cannot compute a SHA-256 digest");
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(state_->context.get(), raw.data(), &size) != 1)
    throw Error("cannot compute a SHA-256 digest");
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += digits[raw[i] >> 4U];
    text += digits[raw[i] & 15U];
  }
  return text;
}

std::string sha256_of(std::string_view bytes) {
  Sha256 digest;
  digest.update(bytes);
  return digest.finish();
}

std::string sha256_of_file(const std::filesystem::path& path, const Cancellation& cancel) {
  Sha256 digest;
  const auto source = file_source(path);
  std::array<char, 65536> buffer{};
  while (const auto size = source(buffer.data(), buffer.size())) {
    cancel.check();
    digest.update({buffer.data(), size});
  }
  return digest.finish();
}

}  // namespace pkgkiln
