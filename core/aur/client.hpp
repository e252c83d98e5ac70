#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/aur/answer.hpp"
#include "core/base/cancellation.hpp"
#include "core/net/http.hpp"
#include "core/net/retry.hpp"

/// The AUR: https://aur.archlinux.org/rpc and its dumps. Only core/aur knows how it is spoken to.
namespace pkgkiln::aur {

/// By name.
using Entries = std::map<std::string, Entry>;

/// By which a server tells whether a dump still is the one that it gave.
struct Validators {
  std::string etag, last_modified;

  bool operator==(const Validators&) const = default;
};

/// Asks the AUR, in as few requests as that takes: it counts them. What fails for a reason that may
/// pass is tried a few times. Throws Error with what to do: not reached, no answer of an AUR, a
/// refusal. net::TryLater where the server wants to be left alone, for its `after`.
class Client {
 public:
  struct Patience {
    net::Patience requests{std::chrono::seconds(65), std::chrono::milliseconds(500),
                           std::chrono::milliseconds(8'000), 3};
    std::chrono::seconds longest_answer{120};  // of a dump ten times that
  };

  Client(std::string url, Cancellation cancel, const Patience& patience);

  /// All that there is to know about packages of these names: unknown ones are missing. 5,000 a
  /// request.
  Entries info(const std::vector<std::string>& names);
  /// Those whose name or description holds the text, or by another of the AUR's fields: "name",
  /// "provides" (also the package of that name), "maintainer" ... Without people but the
  /// maintainer, and without dependencies.
  std::vector<AurPackage> search(const std::string& text, const std::string& by = "name-desc");
  /// The same as info(), out of the dump of all packages, which is some 10 MiB. Nothing where it
  /// still is what the validators are of; they become those of what is returned.
  std::optional<Entries> dump(const std::function<bool(const std::string& name)>& wanted,
                              Validators& validators);

 private:
  Frame exchange(const net::Request& request, bool is_dump, net::Response& response,
                 const std::function<bool(const std::string& name)>& wanted,
                 const std::function<void(Entry)>& take);
  Frame ask(const net::Request& request, const char* type,
            const std::function<bool(const std::string& name)>& wanted,
            const std::function<void(Entry)>& take, const std::function<void()>& begin);
  void repeat(const std::function<void()>& attempt);
  void expect_final(const net::Request& request, const net::Response& response) const;
  Error unexpected(const net::Request& request, const std::string& why) const;

  net::Client client_;
  Cancellation cancel_;
  Patience patience_;
};

}  // namespace pkgkiln::aur
