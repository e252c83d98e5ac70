#include "runtimes/shared/registry_auth.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "runtimes/shared/json.hpp"

namespace pkgkiln::runtimes {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kLongestFile = 1U << 20U;
constexpr std::size_t kLongestAnswer = 64U << 10U;
/// A keyring that is locked may wait for a person.
constexpr std::chrono::seconds kHelperTimeout{30};
constexpr std::string_view kHub = "docker.io";
constexpr const char* kHubServer = "https://index.docker.io/v1/";

/// A key of the file as images name registries: "https://index.docker.io/v1/" is "docker.io".
std::string normalized(std::string key) {
  if (const auto scheme = key.find("://"); scheme != std::string::npos)
    key = key.substr(scheme + 3, key.find('/', scheme + 3) - scheme - 3);
  while (key.ends_with('/')) key.pop_back();
  for (const std::string_view version : {"/v1", "/v2"})
    if (key.ends_with(version)) key.resize(key.size() - version.size());
  return key == "index.docker.io" || key == "registry-1.docker.io" ? std::string(kHub) : key;
}

/// The names that a key may have for the image, the narrowest first.
std::vector<std::string> keys_for(const ImageRef& ref) {
  std::vector<std::string> keys;
  for (auto key = ref.name(); key != ref.registry; key.resize(key.rfind('/'))) keys.push_back(key);
  keys.push_back(ref.registry);
  return keys;
}

/// The member of an object whose name, normalized, is that key.
const json::Value* member(const json::Value& object, const std::string& key) {
  if (!object.IsObject()) return nullptr;
  for (const auto& one : object.GetObject())
    if (normalized(json::text(one.name)) == key) return &one.value;
  return nullptr;
}

std::optional<RegistryLogin> login_of(const json::Value& entry) {
  RegistryLogin login;
  login.user = json::text(entry, {"username"});
  login.password = Secret(json::text(entry, {"password"}));
  login.identity_token = Secret(json::text(entry, {"identitytoken"}));
  if (const auto auth = base64_decoded(json::text(entry, {"auth"}))) {
    const auto colon = auth->find(':');
    if (colon != std::string::npos) {
      login.user = auth->substr(0, colon);
      auto password = auth->substr(colon + 1);
      while (password.ends_with('\0')) password.pop_back();
      login.password = Secret(password);
    }
  }
  if (login.user.empty() && login.identity_token.empty()) return std::nullopt;
  return login;
}

/// It becomes part of a program's name.
bool is_helper(const std::string& name) {
  return is_made_of(name, "._-") && name.front() != '-' && name.front() != '.';
}

std::string value(const std::map<std::string, std::string>& env, const char* name) {
  const auto found = env.find(name);
  return found == env.end() ? "" : found->second;
}

/// Nothing if the helper has no login for that server. Its output may hold a secret and is never
/// shown.
std::optional<RegistryLogin> ask_helper(const LoginEntry& entry, const Cancellation& cancel) {
  ProcessSpec spec;
  spec.command = {"docker-credential-" + entry.helper, "get"};
  spec.input = entry.server;
  spec.env = environment();
  std::erase_if(spec.env, [](const auto& variable) {
    return variable.first.starts_with("PKGKILN_") || variable.first.starts_with("VIETER_");
  });
  std::string answer;
  const auto take = [&](std::string_view output) {
    if (answer.size() + output.size() > kLongestAnswer) throw Error("its answer is too long");
    answer += output;
  };
  ProcessResult result;
  try {
    result =
        run_process(spec, take, cancel.with_deadline(Cancellation::Clock::now() + kHelperTimeout));
  } catch (const Cancelled&) {
    if (cancel.requested()) throw;
    throw Error(fmt::format("it did not answer within {} s", kHelperTimeout.count()));
  }
  if (result.code != 0) {
    if (answer.find("credentials not found") != std::string::npos) return std::nullopt;
    throw Error(fmt::format("it ended with exit code {}", result.code));
  }
  const auto document = json::parse(answer);
  if (!document) throw Error("its answer is no JSON");
  RegistryLogin login;
  login.user = json::text(*document, {"Username"});
  login.password = Secret(json::text(*document, {"Secret"}));
  if (login.user == "<token>") login = {{}, {}, login.password};
  return login;
}

std::optional<RegistryLogin> login_by(const fs::path& file, const ImageRef& ref, const Sink& notice,
                                      const Cancellation& cancel) {
  std::error_code error;
  if (!fs::exists(file, error)) return std::nullopt;
  const auto tell = [&](const std::string& what, const std::string& why) {
    notice(fmt::format("cannot use the credentials of {}: {}", what, why));
  };
  LoginEntry entry;
  try {
    entry = login_entry(read_file(file, kLongestFile), ref);
  } catch (const Error& failure) {
    tell("'" + file.string() + "'", failure.what());
    return std::nullopt;
  }
  if (entry.helper.empty()) return entry.login;
  try {
    if (auto login = ask_helper(entry, cancel)) return login;
  } catch (const Error& failure) {
    tell("docker-credential-" + entry.helper, failure.what());
  }
  return entry.login;
}

}  // namespace

std::vector<fs::path> login_files(const std::string& engine,
                                  const std::map<std::string, std::string>& env,
                                  const fs::path& home) {
  const auto docker_config = value(env, "DOCKER_CONFIG");
  const std::vector<fs::path> docker = {docker_config.empty()
                                            ? home / ".docker" / "config.json"
                                            : fs::path(docker_config) / "config.json"};
  std::vector<fs::path> podman;
  if (const auto named = value(env, "REGISTRY_AUTH_FILE"); !named.empty()) {
    podman = {named};
  } else {
    const auto runtime = value(env, "XDG_RUNTIME_DIR");
    const auto config = value(env, "XDG_CONFIG_HOME");
    if (!runtime.empty()) podman.push_back(fs::path(runtime) / "containers" / "auth.json");
    podman.push_back((config.empty() ? home / ".config" : fs::path(config)) / "containers" /
                     "auth.json");
  }
  auto first = engine == "docker" ? docker : podman;
  const auto& second = engine == "docker" ? podman : docker;
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

LoginEntry login_entry(std::string_view file, const ImageRef& ref) {
  const auto document = json::parse(file);
  if (!document || !document->IsObject()) throw Error("it is no JSON object");
  LoginEntry entry;
  for (const auto& key : keys_for(ref)) {
    const auto* stored = member(json::at(*document, {"auths"}), key);
    if (stored != nullptr && !entry.login) entry.login = login_of(*stored);
  }
  entry.server = ref.registry == kHub ? kHubServer : ref.registry;
  if (const auto* own = member(json::at(*document, {"credHelpers"}), ref.registry))
    entry.helper = json::text(*own);
  else
    entry.helper = json::text(*document, {"credsStore"});
  if (!entry.helper.empty() && !is_helper(entry.helper))
    throw Error("it names a helper that can't be a program's name");
  return entry;
}

Secret auth_header(const RegistryLogin& login, const std::string& registry) {
  const auto text = json::object([&](json::Writer& out) {
    const auto add = [&](const char* key, const std::string& word) {
      json::member(out, key, word);
    };
    if (login.identity_token.empty()) {
      add("username", login.user);
      add("password", login.password.reveal());
    } else {
      add("identitytoken", login.identity_token.reveal());
    }
    add("serveraddress", registry);
  });
  auto header = base64(text);
  std::replace(header.begin(), header.end(), '+', '-');
  std::replace(header.begin(), header.end(), '/', '_');
  return Secret(header);
}

RegistryAuth registry_auth(const std::string& engine, const ImageRef& ref, const Sink& notice,
                           const Cancellation& cancel) {
  const auto env = environment();
  for (const auto& file : login_files(engine, env, home_directory(env)))
    if (const auto login = login_by(file, ref, notice, cancel))
      return {auth_header(*login, ref.registry), file.string()};
  return {};
}

}  // namespace pkgkiln::runtimes
