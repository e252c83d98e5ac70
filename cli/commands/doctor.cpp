#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "core/aur/client.hpp"
#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/journal/history.hpp"
#include "core/journal/state_dir.hpp"
#include "core/ledger/ledger.hpp"
#include "core/notify/channels.hpp"
#include "core/runtime/waiting_container.hpp"
#include "core/vieter/targets.hpp"

namespace pkgkiln::cli {

namespace {

/// What was found, printed as it is found; only what is wrong when it is to be quiet.
class Findings {
 public:
  explicit Findings(bool quiet) : quiet_(quiet) {}

  void good(const std::string& what, const std::string& text) {
    if (!quiet_) tell("ok", what, text);
  }
  void note(const std::string& what, const std::string& text) {
    if (!quiet_) tell("-", what, text);
  }
  void warn(const std::string& what, const std::string& text) { tell("warning", what, text); }
  void bad(const std::string& what, const Error& error) {
    tell("FAILED", what, error.report());
    failed_ = true;
  }
  void progress(const std::string& text) const {
    if (!quiet_) say(text + "\n");
  }
  /// Runs a check; what it throws is a bad finding. Returns whether it went well.
  bool check(const std::string& what, const std::function<void()>& action) {
    try {
      action();
      return true;
    } catch (const Error& error) {
      bad(what, error);
      return false;
    }
  }
  bool failed() const { return failed_; }

 private:
  void tell(const char* verdict, const std::string& what, const std::string& text) {
    std::string lines = fmt::format("{:8}{:<14}", verdict, what);
    for (std::string_view rest = text;;) {
      const auto end = rest.find('\n');
      lines += printable(rest.substr(0, end)) + "\n";
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
      lines.append(22, ' ');
    }
    console_.write(lines);
  }

  Console console_{STDOUT_FILENO, Console::Patience::endless};
  bool quiet_;
  bool failed_ = false;
};

void check_config(const Setup& setup, Findings& findings) {
  const auto& settings = setup.settings();
  findings.good("config", fmt::format("{}: {} targets, {} repositories",
                                      settings.file.empty() ? "no file, all defaults"
                                                            : settings.file.string(),
                                      settings.targets.size(), settings.repositories.size()));
  findings.good("builds", fmt::format("{} at once, for {}", capacity(settings).jobs, setup.arch));
  for (const auto& notice : setup.config.notices) findings.warn("config", notice);
  if (settings.targets.empty() && !setup.server)
    findings.warn("config", "there are no targets; add [[targets]] to build something");
}

bool is_of_this_host(const std::string& url) {
  const auto scheme = url.find("://");
  auto host = url.substr(scheme == std::string::npos ? 0 : scheme + 3);
  host.erase(0, host.rfind('@') + 1);
  return host.starts_with("localhost") || host.starts_with("127.") || host.starts_with("[::1]");
}

void check_proxies(const config::Settings& settings, Findings& findings) {
  const auto found = proxies(settings);
  if (found.empty()) return findings.note("proxy", "builds use none");
  PasswordMask mask(found);
  for (const auto& [name, value] : found) {
    const auto shown = name + "=" + mask.pass(value) + mask.rest();
    if (is_of_this_host(value) && lower_case(name) != "no_proxy")
      findings.warn("proxy", shown +
                                 "\n  in a container that is the container itself\n  try: set "
                                 "[build] proxy to an address that containers reach");
    else
      findings.good("proxy", shown);
  }
}

void check_state(const config::Settings& settings, Findings& findings) {
  findings.check("state", [&] {
    const StateDir state(settings.build.state_dir);
    if (std::filesystem::exists(state.database())) static_cast<void>(History(state));
    findings.good("state", state.root().string());
  });
  findings.check("ledger", [&] {
    const StateDir state(settings.build.state_dir);
    const auto contents = Ledger(state, Ledger::Access::read).contents();
    if (contents == LedgerContents()) return findings.note("ledger", "holds nothing yet");
    findings.good("ledger", fmt::format("{} decisions, {} owned names", contents.decisions.size(),
                                        contents.names.size()));
  });
}

/// Limits that are asked for and that the engine can't hold.
void check_limits(const config::Settings& settings, const RuntimeInfo& info, Findings& findings) {
  const auto wanted = [&](const std::string& limit) {
    if (limit == "memory") return settings.build.memory.has_value();
    if (limit == "cpus") return settings.build.cpus.has_value();
    return true;
  };
  std::string missing;
  for (const auto& limit : info.unenforceable_limits)
    if (wanted(limit)) missing += (missing.empty() ? "" : ", ") + limit;
  if (missing.empty())
    return findings.good("limits", info.unenforceable_limits.empty()
                                       ? "the engine enforces all of them"
                                       : "the engine enforces those that are set");
  findings.warn(
      "limits",
      fmt::format("the engine cannot enforce: {} (cgroups {}{})\n"
                  "try: cgroups v2, with their controllers delegated to the engine's user",
                  missing, info.cgroup_version, info.rootless ? ", rootless" : ""));
}

/// The base image's id, pulled if it isn't here yet.
std::string check_base_image(ImageStore& images, const ImageRef& base, Findings& findings,
                             const Cancellation& cancel) {
  std::string id;
  findings.check("base image", [&] {
    if (const auto local = images.inspect(base.full())) {
      id = local->id;
      return findings.good("base image", base.full() + " is in the engine");
    }
    findings.progress(fmt::format("pulling {} …", base.full()));
    try {
      id = images
               .pull(
                   base, [](std::string_view) {}, cancel)
               .id;
    } catch (RuntimeError& error) {
      error.advise(
          "check image.base, and that its registry can be reached from the engine; "
          "contrib/base-image makes a base image without a registry");
      throw;
    }
    findings.good("base image", base.full() + " was pulled");
  });
  return id;
}

void check_container(ContainerRuntime& runtime, const RuntimeInfo& info, const std::string& image,
                     const config::Settings& settings, Findings& findings,
                     const Cancellation& cancel) {
  findings.check("container", [&] {
    // With the labels of a run, so that the next one removes what a killed doctor leaves.
    const RunIdentity identity{StateDir(settings.build.state_dir).instance(), time_and_random()};
    ContainerSpec spec;
    spec.name = "pkgkiln-doctor-" + identity.run;
    spec.image = image;
    spec.labels = identity.labels();
    spec.limits = build_settings(settings).limits;
    std::vector<std::string> warnings;
    WaitingContainer container(runtime, spec, std::chrono::minutes(2),
                               [&](std::string_view text) { warnings.emplace_back(text); });
    const int code = runtime.exec(
        container.name(), {{"/bin/bash", "-c", "pacman -V"}, {}, {}, {}},
        [](OutputStream, std::string_view) {}, cancel);
    if (code != 0)
      throw Error("the base image has no pacman").advise("set [image] base to one that has");
    findings.good("container", fmt::format("{} starts containers", info.oci_runtime));
    for (const auto& warning : warnings) findings.warn("container", warning);
  });
}

void check_engine(const config::Settings& settings, Findings& findings,
                  const Cancellation& cancel) {
  std::unique_ptr<OpenedRuntime> engine;
  if (!findings.check("engine", [&] { engine = open_engine(settings); })) return;
  for (const auto& tried : engine->tried()) findings.note("engine", tried);
  RuntimeInfo info;
  if (!findings.check("engine", [&] { info = engine->runtime().info(); })) return;
  findings.good("engine",
                fmt::format("{} {} (API {}, {}) at {}", info.engine, info.version, info.api_version,
                            info.rootless ? "rootless" : "rootful", info.socket));
  check_limits(settings, info, findings);
  const auto base = ImageRef::parse(settings.image.base);
  const auto image = check_base_image(engine->images(), base, findings, cancel);
  if (!image.empty()) check_container(engine->runtime(), info, image, settings, findings, cancel);
}

void check_server(const Setup& setup, Findings& findings) {
  if (!setup.server) return;
  findings.check("server", [&] {
    const auto version = setup.server->version_text();
    findings.good("server", fmt::format("Vieter {} at {}", version,
                                        displayable_url(setup.settings().vieter.address)));
    const auto listing = vieter::Targets(*setup.server).list();
    findings.good("server", fmt::format("lists {} targets", listing.targets.size()));
    for (const auto& problem : listing.problems) findings.bad("server", Error(problem));
  });
}

void check_aur(const config::Settings& settings, Findings& findings, const Cancellation& cancel) {
  std::vector<std::string> names;
  for (const auto& target : settings.targets)
    names.insert(names.end(), target.aur_names.begin(), target.aur_names.end());
  if (names.empty()) return;
  findings.check("aur", [&] {
    const auto found = aur::Client(settings.aur.url, cancel, {}).info(names);
    findings.good("aur", fmt::format("{} has {} of the packages that are listed", settings.aur.url,
                                     found.size()));
    for (const auto& name : names)
      if (!found.contains(name))
        findings.bad("aur", Error(fmt::format("there is no package '{}' in the AUR", name)));
  });
}

/// What is built before a person has seen it.
void check_trust(const config::Settings& settings, Findings& findings) {
  const auto& trust = settings.trust;
  const bool lists_aur = std::ranges::any_of(
      settings.targets, [](const auto& target) { return !target.aur_names.empty(); });
  if (trust.aur == "own" && lists_aur)
    findings.warn("trust", "changes in the AUR are built unseen\ntry: trust.aur = \"recipe\"");
  else if (trust.first == "accept")
    findings.warn("trust", "what is new in the AUR is built unseen\ntry: trust.first = \"hold\"");
  else if (lists_aur)
    findings.good("trust", "changes in the AUR are held as " + trust.aur);
  if (lists_aur && trust.commit == "any")
    findings.note("trust", "pinned commits that upstream does not name are built unseen");
  findings.check("trust", [&] {
    const StateDir state(settings.build.state_dir);
    if (const auto held = Ledger(state, Ledger::Access::read).held(); !held.empty())
      findings.note("trust", fmt::format("{} held: pkgkiln held", held.size()));
  });
}

/// By none of them anybody is told.
void check_channels(const config::Settings& settings, Findings& findings) {
  for (const auto& channel : make_channels(settings.notify)) {
    try {
      channel.check();
      findings.good("notify", channel.name);
    } catch (const Error& error) {
      findings.warn("notify", channel.name + ": " + error.report());
    }
  }
}

/// The first directory on the way that other users can't enter. One with an access control list is
/// taken for open: somebody has thought of who may.
std::optional<std::filesystem::path> closed_to_others(const std::filesystem::path& directory) {
  std::filesystem::path way;
  for (const auto& part : directory) {
    way /= part;
    struct stat status {};
    if (::stat(way.c_str(), &status) != 0) break;  // what is made here is open
    if ((status.st_mode & S_IXOTH) == 0 &&
        ::getxattr(way.c_str(), "system.posix_acl_access", nullptr, 0) <= 0)
      return way;
  }
  return std::nullopt;
}

void check_key(const Setup& setup, Findings& findings) {
  const auto& settings = setup.settings().sign;
  if (!setup.signer) return findings.note("signing", "packages are not signed");
  for (const auto& file : {settings.key_file, settings.passphrase_file}) {
    struct stat status {};
    if (!file.empty() && ::stat(file.c_str(), &status) == 0 && (status.st_mode & 077) != 0)
      findings.warn("signing",
                    fmt::format("other users may read {0}\ntry: chmod 600 {0}", file.string()));
  }
  findings.check("signing", [&] {
    const auto key = setup.signer->check();
    const auto who = fmt::format("by {}, {}", key.fingerprint, key.owner);
    if (!key.expires) return findings.good("signing", who + "; it never expires");
    using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;
    const auto left = std::chrono::floor<Days>(*key.expires - std::chrono::system_clock::now());
    const auto text = fmt::format("{}; it expires in {} days", who, left.count());
    if (left >= Days(30)) return findings.good("signing", text);
    findings.warn("signing", fmt::format("{}\ntry: gpg --quick-set-expire {} 1y, and pkgkiln key "
                                         "export for the clients",
                                         text, key.fingerprint));
  });
}

void check_repositories(const Setup& setup, Findings& findings) {
  for (auto* repository : setup.repositories->all())
    findings.check("repository", [&] {
      repository->check();
      findings.good("repository", repository->name());
    });
  for (const auto& repository : setup.settings().repositories) {
    const auto closed = closed_to_others(repository.path);
    if (!closed) continue;
    findings.warn(
        "repository",
        fmt::format("{}: other users cannot enter {}: neither pacman 7, which downloads as "
                    "the user alpm, nor a web server can read it\n"
                    "try: another path, like /srv/{}; or setfacl -m u:alpm:x {}",
                    repository.name, closed->string(), repository.name, closed->string()));
  }
}

}  // namespace

int doctor_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto setup = set_up(arguments, cancel);
  Findings findings(arguments.quiet);
  check_config(setup, findings);
  check_proxies(setup.settings(), findings);
  check_state(setup.settings(), findings);
  check_engine(setup.settings(), findings, cancel);
  check_server(setup, findings);
  check_key(setup, findings);
  check_aur(setup.settings(), findings, cancel);
  check_trust(setup.settings(), findings);
  check_repositories(setup, findings);
  check_channels(setup.settings(), findings);
  return findings.failed() ? exit_code::nothing_done : exit_code::ok;
}

}  // namespace pkgkiln::cli
