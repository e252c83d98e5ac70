#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "core/base/text.hpp"
#include "core/trust/recipe_diff.hpp"

namespace pkgkiln::trust {

namespace {

/// All in one place. Each stands alone: no letter, digit or one of "_-" next to it, where it begins
/// or ends with one itself.
constexpr std::array kNotable = {
    // What fetches.
    "curl", "wget", "aria2c", "npm", "npx", "pnpm", "yarn", "bun", "bunx", "deno", "pip", "pip3",
    "pipx", "uvx", "gem install", "cargo install", "go install", "nc", "ncat", "socat", "telnet",
    "ssh", "scp", "sftp", "rsync", "/dev/tcp", "/dev/udp", "git clone",
    // What runs what nobody can read.
    "eval", "base64", "base32", "xxd", "openssl enc", "python -c", "python3 -c", "perl -e",
    "ruby -e", "node -e", "bash -c", "sh -c", "\\x", "\\u00",
    // Where something stays, or gets more rights.
    ".bashrc", ".bash_profile", ".bash_login", ".zshrc", ".zshenv", ".profile", ".xprofile",
    "authorized_keys", "systemctl", "crontab", "/etc/cron.d", "LD_PRELOAD", "ld.so.preload",
    "chattr", "setcap", "useradd", "sudo", "chmod +s", "chmod u+s", "autostart"};

bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool stands_alone(std::string_view line, std::size_t at, std::string_view word) {
  if (word.front() == '\\') return true;
  const auto end = at + word.size();
  const bool begins = !is_of_word(word.front()) || at == 0 || !is_of_word(line[at - 1]);
  return begins && (end == line.size() || !is_of_word(line[end]));
}

using Spans = std::vector<std::pair<std::size_t, std::size_t>>;

std::vector<std::string> words_at(std::string_view line, const Spans& spans) {
  std::vector<std::string> words;
  for (const auto& [at, length] : spans) words.emplace_back(line.substr(at, length));
  return words;
}

std::string without_quotes(std::string_view line) {
  std::string plain;
  for (const char c : line)
    if (c != '"' && c != '\'' && c != '\\') plain += c;
  return plain;
}

bool holds(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> notable_in(std::string_view line) {
  Spans found;
  for (const std::string_view word : kNotable)
    for (auto at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1))
      if (stands_alone(line, at, word)) found.emplace_back(at, word.size());
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> notable_words(std::string_view text) {
  std::vector<std::string> found;
  const auto add = [&](const std::string& word) {
    if (!holds(found, word)) found.push_back(word);
  };
  while (!text.empty()) {
    const auto line = take_until(text, '\n');
    const auto open = words_at(line, notable_in(line));
    std::for_each(open.begin(), open.end(), add);
    const auto plain = without_quotes(line);
    if (plain.size() == line.size()) continue;
    for (const auto& word : words_at(plain, notable_in(plain)))
      if (!holds(open, word)) add(word + " (in pieces)");
  }
  return found;
}

}  // namespace pkgkiln::trust
