#include "core/builder/failure_hint.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "core/base/secret.hpp"

namespace pkgkiln {

namespace {

struct Clue {
  std::string_view text;
  std::string_view meaning;
};

// Messages of makepkg, pacman and curl, in English since builds run with LANG=C.UTF-8.
constexpr std::array kClues{
    Clue{"A failure occurred in prepare()", "prepare() failed"},
    Clue{"A failure occurred in pkgver()", "pkgver() failed"},
    Clue{"A failure occurred in build()", "build() failed"},
    Clue{"A failure occurred in check()", "check() failed: the package's own tests"},
    Clue{"A failure occurred in package", "package() failed"},
    Clue{"One or more files did not pass the validity check",
         "a source does not match its checksum"},
    Clue{"unknown public key",
         "the PGP key of a source is missing; keys/pgp/*.asc beside the "
         "PKGBUILD are imported"},
    Clue{"One or more PGP signatures could not be verified", "a PGP signature is not valid"},
    Clue{"Failure while downloading", "a source could not be downloaded"},
    Clue{"Failure while creating working copy", "a VCS source has no such branch, tag or commit"},
    Clue{"target not found",
         "pacman knows no such package; does it need another repository "
         "([image] pacman_conf) or another target?"},
    Clue{"unable to satisfy dependency", "pacman cannot satisfy a dependency"},
    Clue{"No space left on device", "the disk of the engine is full"},
};

// Messages of the C library, curl, git and wget when there is no way to a host.
constexpr std::array<std::string_view, 5> kNetworkClues{
    "Could not resolve host", "Temporary failure in name resolution", "Network is unreachable",
    "Failed to connect to", "unable to resolve host address"};

bool tried_network(const std::vector<std::string>& lines) {
  return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return std::any_of(kNetworkClues.begin(), kNetworkClues.end(),
                       [&](std::string_view clue) { return line.find(clue) != std::string::npos; });
  });
}

std::string cause_in(const std::vector<std::string>& lines) {
  for (auto line = lines.rbegin(); line != lines.rend(); ++line)
    for (const auto& clue : kClues)
      if (line->find(clue.text) != std::string::npos) return std::string(clue.meaning);
  return {};
}

constexpr int kFunctionFailed = 4;  // which one, the hint tells
constexpr int kNotOfMakepkg = 100;
constexpr std::string_view kDownload = "Failure while downloading ";
/// Lines between a download program's message and makepkg's.
constexpr std::ptrdiff_t kNear = 15;
constexpr std::size_t kMostWords = 3;

using LineFromEnd = std::vector<std::string>::const_reverse_iterator;

std::string_view beginning_with(std::string_view word, std::string_view line) {
  const auto found = line.find(word);
  return found == std::string_view::npos ? std::string_view() : line.substr(found);
}

/// The last message of curl or git before that line; empty if there is none.
std::string answer_before(LineFromEnd line, const LineFromEnd& first) {
  const auto end = first - line > kNear ? line + kNear : first;
  for (; line != end; ++line) {
    const auto git = beginning_with("fatal: ", *line);
    if (!git.empty()) return std::string(git.substr(git.find(' ') + 1));
    const auto curl = beginning_with("curl: (", *line);
    if (const auto words = curl.find(") "); words != std::string_view::npos)
      return std::string(curl.substr(words + 2));
  }
  return {};
}

/// A message of dependencies.sh.
bool went_without_repository(const std::string& line) {
  return line.starts_with("the repository ") &&
         line.find(" does not answer at ") != std::string::npos;
}

}  // namespace

std::string hint_from_output(const std::vector<std::string>& lines, bool sealed) {
  auto hint = cause_in(lines);
  if (!sealed || !tried_network(lines)) return hint;
  if (!hint.empty()) hint += "; ";
  return hint +
         "it tried to use the network, which is off during the build; set network = true on the "
         "target "
         "to allow it";
}

std::string hint_from_dependencies(const std::vector<std::string>& lines) {
  if (std::none_of(lines.begin(), lines.end(), went_without_repository))
    return hint_from_output(lines, false);
  return "the container cannot reach the target's own repository: set vieter.container_address to "
         "an address of it that containers can reach";
}

bool ran_out_of_processes(int exit_code, const std::vector<std::string>& lines) {
  constexpr int kBashCannotFork = 254;
  if (exit_code == kBashCannotFork) return true;
  return exit_code != 0 && std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
           return line.find("fork") != std::string::npos &&
                  line.find("Resource temporarily unavailable") != std::string::npos;
         });
}

std::string with_words_of_makepkg(int exit_code, std::string why,
                                  const std::vector<std::string>& lines) {
  constexpr std::string_view mark = "==> ERROR: ";
  if (exit_code == kFunctionFailed || exit_code >= kNotOfMakepkg) return why;
  const auto said = std::find_if(lines.rbegin(), lines.rend(),
                                 [&](const std::string& line) { return line.starts_with(mark); });
  if (said == lines.rend()) return why;
  auto words = said->substr(mark.size());
  if (words.starts_with(kDownload)) {
    words = std::string(kDownload) + displayable_url(words.substr(kDownload.size()));
    if (const auto answer = answer_before(said + 1, lines.rend()); !answer.empty())
      words += ": " + answer;
  }
  if (exit_code == 1) return "makepkg: " + words;
  return why + ": " + words;
}

std::string with_words_of_pacman(std::string why, const std::vector<std::string>& lines) {
  std::string found, last;
  std::size_t count = 0;
  for (const auto& line : lines) {
    const bool error = line.starts_with("error: ");
    const bool tells = error ? line.find("target not found: ") != std::string::npos
                             : line.starts_with(":: ") &&
                                   line.find("unable to satisfy dependency") != std::string::npos;
    if (tells && ++count <= kMostWords)
      found += (found.empty() ? "" : ", ") + line.substr(error ? 7 : 3);
    if (error) last = line.substr(7);
  }
  if (count > kMostWords) found += ", …";
  if (found.empty()) found = last;
  if (!found.empty()) why += ": " + found;
  return why;
}

}  // namespace pkgkiln
