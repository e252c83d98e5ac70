#include "core/git/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::string_view kSafeDirectory = "safe.directory";
constexpr std::size_t kShownLines = 5;
constexpr std::size_t kLongestLine = 200;

/// A few kilobytes of a pack can stand for gigabytes. A packaging repository needs far less.
constexpr ProcessLimits kLimits{
    .memory = std::uint64_t{1} << 30U, .file = std::uint64_t{2} << 30U, .cpu = 600};

/// What finds the way to a server.
constexpr std::array kProxies = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                 "ALL_PROXY",  "no_proxy",    "NO_PROXY",    "GIT_PROXY_COMMAND"};

/// What a transport, a credential helper or an ssh agent needs to be found.
constexpr std::array kInherited = {
    "SSH_AUTH_SOCK", "SSH_AGENT_PID", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT",
    "GIT_ASKPASS", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_CERT", "GIT_SSL_KEY",
    "GIT_SSL_NO_VERIFY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "GNUPGHOME", "KRB5CCNAME",
    // Under sudo git takes repositories of the user who called it for its own.
    "SUDO_UID"};

/// Over whatever the user's keys say.
const Config& our_config() {
  static const Config config = {
      {"core.hooksPath", "/dev/null"},
      {"core.fsync", "none"},  // what a power cut damages is fetched again
      {"core.fsmonitor", "false"},
      {"core.askPass", ""},
      {"gc.auto", "0"},
      {"maintenance.auto", "false"},
      {"fetch.recurseSubmodules", "false"},
      {"fetch.unpackLimit", "1"},
      // What is larger goes through in pieces, and what a pack makes larger takes memory: once a
      // thread.
      {"core.bigFileThreshold", "16m"},
      {"pack.threads", "2"},
      {"credential.interactive", "false"},
      {"http.lowSpeedLimit", "1"},
      {"http.lowSpeedTime", "60"},
  };
  return config;
}

std::map<std::string, std::string> isolated_environment() {
  // safe.directory is the user's own: a local repository of another user is only read when git
  // itself would (its check guards against what such a repository can make upload-pack do).
  return {
      {"GIT_CONFIG_GLOBAL", "/dev/null"},
      {"GIT_CONFIG_SYSTEM", "/dev/null"},
      {"GIT_CONFIG_NOSYSTEM", "1"},
      {"GIT_ATTR_NOSYSTEM", "1"},
      {"GIT_ALLOW_PROTOCOL", "http:https:ssh:git:file"},
      {"GIT_TERMINAL_PROMPT", "0"},
      {"GIT_LITERAL_PATHSPECS", "1"},
      {"GIT_NO_LAZY_FETCH", "1"},
      {"GIT_ALLOC_LIMIT", "256m"},
      {"GIT_NO_REPLACE_OBJECTS", "1"},
      {"SSH_ASKPASS_REQUIRE", "never"},
      {"LC_ALL", "C"},
  };
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool holds(const Config& config, std::string_view key) {
  for (const auto& [name, value] : config)
    if (name == key) return true;
  return false;
}

/// What git believes only from a file, and hands on to upload-pack only in one: a file in memory
/// that a child can read while this lives.
class ProtectedConfig {
 public:
  explicit ProtectedConfig(const Config& config) {
    std::string text;
    for (const auto& [key, value] : config)
      if (key == kSafeDirectory) text += "[safe]\n\tdirectory = " + quoted(value) + "\n";
    if (text.empty()) return;
    file_ = UniqueFd(::memfd_create("git-config", MFD_CLOEXEC));
    if (file_.get() < 0 ||
        ::write(file_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      throw Error("cannot give git its safe.directory").because(std::strerror(errno));
    path_ = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file_.get());
  }

  /// Empty where there is nothing.
  const std::string& path() const { return path_; }

 private:
  static std::string quoted(const std::string& value) {
    std::string text = "\"";
    for (const char c : value) {
      if (c == '"' || c == '\\') text += '\\';
      text += c == '\n' ? "\\n" : std::string(1, c);
    }
    return text + "\"";
  }

  UniqueFd file_;
  std::string path_;
};

void add_config(std::map<std::string, std::string>& env, const Config& config) {
  std::size_t count = 0;
  const auto add = [&](const std::string& key, const std::string& value) {
    env["GIT_CONFIG_KEY_" + std::to_string(count)] = key;
    env["GIT_CONFIG_VALUE_" + std::to_string(count)] = value;
    ++count;
  };
  for (const auto& [key, value] : config)
    if (key != kSafeDirectory) add(key, value);
  for (const auto& [key, value] : our_config()) add(key, value);
  env["GIT_CONFIG_COUNT"] = std::to_string(count);
}

/// No helpers, no keys of an agent, no .netrc: whatever could answer a hostile server's question.
void withhold_credentials(ProcessSpec& spec) {
  spec.inherit = {"PATH", "TMPDIR"};
  spec.env["HOME"] = "/dev/null";
  spec.env["GIT_ALLOW_PROTOCOL"] = "http:https:git";
}

/// Hides "user:password@" after every "://".
std::string without_users(std::string text) {
  for (auto at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const auto begin = at + 3;
    const auto end = std::min(text.find_first_of("/?# '\"\n", begin), text.size());
    const auto user_end = text.rfind('@', end);
    if (user_end != std::string::npos && user_end >= begin && user_end < end)
      text.replace(begin, user_end - begin, "***");
  }
  return text;
}

}  // namespace

ProcessSpec process_of(const Command& command) {
  ProcessSpec spec;
  spec.command = {"git"};
  spec.command.insert(spec.command.end(), command.arguments.begin(), command.arguments.end());
  spec.env = isolated_environment();
  spec.env.insert(command.env.begin(), command.env.end());
  if (command.untrusted)
    withhold_credentials(spec);
  else
    spec.inherit.insert(spec.inherit.end(), kInherited.begin(), kInherited.end());
  spec.inherit.insert(spec.inherit.end(), kProxies.begin(), kProxies.end());
  spec.working_dir = command.found_from.string();
  if (command.found_from.empty() || !command.git_dir.empty())
    spec.env["GIT_DIR"] = command.git_dir.empty() ? "/dev/null" : command.git_dir.string();
  if (command.untrusted || !is_set("GIT_ASKPASS")) spec.env["GIT_ASKPASS"] = "";
  // A connection shared with later calls (ControlMaster) would keep our pipes open.
  if (!is_set("GIT_SSH_COMMAND") && !is_set("GIT_SSH") && !holds(command.config, "core.sshcommand"))
    spec.env["GIT_SSH_COMMAND"] = "ssh -oBatchMode=yes -oControlMaster=no";
  add_config(spec.env, command.config);
  spec.limits = kLimits;
  if (command.largest_file > 0) spec.limits.file = command.largest_file;
  return spec;
}

Result run(const Command& command, const Sink& output, const Cancellation& cancel) {
  auto spec = process_of(command);
  const ProtectedConfig trusted(command.untrusted ? Config() : command.config);
  if (!trusted.path().empty()) spec.env["GIT_CONFIG_GLOBAL"] = trusted.path();
  spec.input = command.input;
  const auto result = run_process(spec, output, cancel);
  return {result.code, result.error_output};
}

Sink bounded_text(std::string& text, std::size_t limit) {
  return [&text, limit](std::string_view bytes) {
    text += bytes;
    if (text.size() > limit)
      throw Error("git gave more than the " + std::to_string(limit) + " bytes expected of it");
  };
}

std::string displayable_errors(const std::string& error_output) {
  std::vector<std::string> lines(1);
  for (const char c : without_users(error_output)) {
    if (c == '\n' && !lines.back().empty()) lines.emplace_back();
    if (!is_control(c)) lines.back() += c;
  }
  if (lines.back().empty()) lines.pop_back();
  std::string shown;
  for (auto i = lines.size() - std::min(lines.size(), kShownLines); i < lines.size(); ++i)
    shown += (shown.empty() ? "" : "; ") + lines[i].substr(0, kLongestLine);
  return shown;
}

}  // namespace pkgkiln::git
