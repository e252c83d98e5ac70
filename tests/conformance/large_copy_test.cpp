// [engine]: 1 GiB in and out of a container within a small memory.

#include "core/base/digest.hpp"
#include "core/base/tar_writer.hpp"
#include "tests/catch.hpp"
#include "tests/conformance/memory.hpp"
#include "tests/conformance/sandbox.hpp"

using namespace pkgkiln;
using namespace conformance;

namespace {

constexpr std::uint64_t kMiB = 1U << 20U;
constexpr std::uint64_t kSize = 1024 * kMiB;
constexpr std::uint64_t kMemory = 64 * kMiB;

/// A tar of one file, made while it is read.
class LargeTar {
 public:
  LargeTar() { writer_.file("large", kSize, false); }

  std::size_t read(char* buffer, std::size_t size) {
    while (ready_.empty() && !finished_) make_more();
    const auto given = std::min(size, ready_.size());
    std::copy_n(ready_.data(), given, buffer);
    ready_.erase(0, given);
    return given;
  }
  std::string digest() { return digest_.finish(); }

 private:
  void make_more() {
    if (made_ == kSize) {
      writer_.finish();
      finished_ = true;
      return;
    }
    const std::string piece(65536, static_cast<char>('a' + made_ / kMiB % 26));
    digest_.update(piece);
    writer_.write(piece);
    made_ += piece.size();
  }

  std::string ready_;
  TarWriter writer_{[this](std::string_view bytes) { ready_ += bytes; }, 0, 0};
  Sha256 digest_;
  std::uint64_t made_ = 0;
  bool finished_ = false;
};

std::string digest_inside(Sandbox& box, const std::string& id) {
  ExecSpec spec;
  spec.command = {"sha256sum", "/tmp/large"};
  return box.exec(id, spec).out.substr(0, 64);
}

}  // namespace

TEST_CASE("1 GiB goes in and comes out within 64 MiB of memory", "[engine]") {
  Sandbox box;
  const auto id = box.run();
  LargeTar tar;
  const auto growth_in = peak_growth([&] {
    box.runtime.copy_in(
        id, "/tmp", [&](char* buffer, std::size_t size) { return tar.read(buffer, size); },
        Cancellation::never());
  });
  CHECK(growth_in < kMemory);
  CHECK(digest_inside(box, id) == tar.digest());

  std::uint64_t seen = 0;
  const auto growth_out = peak_growth([&] {
    box.runtime.copy_out(
        id, "/tmp/large", [&](std::string_view bytes) { seen += bytes.size(); },
        Cancellation::never());
  });
  CHECK(growth_out < kMemory);
  CHECK(seen >= kSize);
  CHECK(seen < kSize + kMiB);
}
