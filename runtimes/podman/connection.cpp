#include "runtimes/podman/connection.hpp"

#include <array>
#include <charconv>

#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes::podman {

namespace {

using Kind = RuntimeError::Kind;

constexpr std::array kMeanings = {
    Meaning{500, "already exists", Kind::conflict},
    Meaning{500, "name is already in use", Kind::conflict},
    Meaning{500, "is already in use by", Kind::conflict},
    Meaning{500, "is not connected to network", Kind::not_found},
    Meaning{500, "no such container", Kind::not_found},
    Meaning{500, "no container with name or id", Kind::not_found},
    Meaning{500, "no such exec session", Kind::not_found},
    Meaning{500, "no such image", Kind::not_found},
    Meaning{500, "image not known", Kind::not_found},
    Meaning{500, "network not found", Kind::not_found},
    Meaning{500, "no such volume", Kind::not_found},
    Meaning{500, "container state improper", Kind::conflict},
    Meaning{500, "can only create exec sessions on running", Kind::conflict},
    Meaning{500, "image is in use", Kind::conflict},
    Meaning{500, "network is being used", Kind::conflict},
    Meaning{500, "volume is being used", Kind::conflict},
};

constexpr int kOldestMajor = 4;
constexpr int kTakesCommitConfig = 5;

/// 0 for what is no version.
int major_of(std::string_view version) {
  int major = 0;
  const auto [end, failure] =
      std::from_chars(version.data(), version.data() + version.size(), major);
  const bool sound =
      failure == std::errc() && end != version.data() + version.size() && *end == '.';
  return sound ? major : 0;
}

}  // namespace

RuntimeError::Kind classify(int status, std::string_view words) {
  return classify_by(kMeanings, status, words);
}

bool serves_our_api(std::string_view version) {
  return major_of(version) >= kOldestMajor;
}

bool takes_commit_config(std::string_view version) {
  return major_of(version) >= kTakesCommitConfig;
}

std::shared_ptr<const EngineClient> connect(const std::string& socket_path) {
  const auto endpoint = net::Endpoint::unix_domain(socket_path);
  const std::string doing = "cannot use Podman at " + endpoint.display();
  const EngineClient unversioned(std::make_unique<net::Client>(endpoint),
                                 {"podman", "", "", &classify});
  const auto response = probe(unversioned, doing, "/libpod/_ping");
  const std::string version(response.header("Libpod-API-Version"));
  if (!response.ok() || version.empty()) throw not_engine(unversioned, doing, response);
  if (!serves_our_api(version))
    throw RuntimeError(Kind::not_engine, doing)
        .because("its libpod API is " + one_line(version.substr(0, 40)) +
                 ", needed is 4.0 or later")
        .advise("update Podman to 4.3 or later");
  return std::make_shared<EngineClient>(
      std::make_unique<net::Client>(endpoint),
      Dialect{"podman", "/v" + std::string(kApiVersion) + "/libpod", "/_ping", &classify, version});
}

}  // namespace pkgkiln::runtimes::podman
