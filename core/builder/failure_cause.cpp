#include "core/builder/failure_cause.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/builder/build_log.hpp"
#include "core/job/outcome.hpp"

namespace pkgkiln {

namespace {

using Lines = std::vector<std::string>;

// All messages are English, since builds run with LANG=C.UTF-8.
constexpr std::string_view kError = "==> ERROR: ";
constexpr std::size_t kNone = std::string::npos;
/// Lines that are said to be near one another: a program's message and makepkg's of it.
constexpr std::size_t kNear = 15;
constexpr std::size_t kMostNames = 3;
constexpr int kKilled = 137;

bool holds(std::string_view line, std::string_view text) {
  return line.find(text) != std::string_view::npos;
}

template <std::size_t Count>
bool holds_any(std::string_view line, const std::array<std::string_view, Count>& texts) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](std::string_view text) { return holds(line, text); });
}

/// What stands after that text; empty where the line doesn't have it.
std::string_view after(std::string_view text, std::string_view line) {
  const auto found = line.find(text);
  return found == kNone ? std::string_view() : line.substr(found + text.size());
}

/// The first line from `first` on, and before `end`, that `tells`; kNone if there is none.
template <typename Tells>
std::size_t find_line(const Lines& lines, std::size_t first, std::size_t end, const Tells& tells) {
  for (auto i = first; i < std::min(end, lines.size()); ++i)
    if (tells(std::string_view(lines[i]))) return i;
  return kNone;
}

/// The last such line.
template <typename Tells>
std::size_t find_last(const Lines& lines, std::size_t first, std::size_t end, const Tells& tells) {
  for (auto i = std::min(end, lines.size()); i-- > first;)
    if (tells(std::string_view(lines[i]))) return i;
  return kNone;
}

template <typename Tells>
std::size_t find_last(const Lines& lines, const Tells& tells) {
  return find_last(lines, 0, lines.size(), tells);
}

/// The last such line near that one.
template <typename Tells>
std::size_t find_near(const Lines& lines, std::size_t at, const Tells& tells) {
  return find_last(lines, at - std::min(at, kNear), at + kNear, tells);
}

/// "a, b, c, …"
std::string listed(const Lines& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMostNames; ++i)
    text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kMostNames ? text + ", …" : text;
}

// Of the C library, curl, git and wget when there is no way to a host.
constexpr std::array<std::string_view, 6> kNoWay{
    "Could not resolve host", "Temporary failure in name resolution", "Network is unreachable",
    "Failed to connect to",   "unable to resolve host address",       "dial tcp: lookup "};

// The latter is pacman's.
constexpr std::array<std::string_view, 2> kNoSpace{"No space left on device",
                                                   "(not enough free disk space)"};
constexpr std::array<std::string_view, 7> kNoMemory{"Killed signal terminated program",
                                                    "virtual memory exhausted",
                                                    "Cannot allocate memory",
                                                    "memory exhausted",
                                                    "heap out of memory",
                                                    "(signal: 9, SIGKILL: kill)",
                                                    "cannot allocate memory"};
constexpr const char* kMoreMemory =
    "raise [build] memory, or let fewer run at once with [build] jobs";

// Of compilers and linkers. The first one is what went wrong, whatever follows from it.
constexpr std::array<std::string_view, 5> kCompileErrors{
    ": error: ", ": fatal error: ", "error[E", "undefined reference to ", "ld: cannot find "};
// Of what calls them. The first one tells most, too.
constexpr std::array<std::string_view, 6> kErrors{"CMake Error", "configure: error: ",
                                                  ": ERROR: ",   "npm ERR! ",
                                                  "npm error ",  "*** No rule to make target"};
// These are often harmless, so the last one tells most.
constexpr std::array<std::string_view, 9> kHints{
    ": command not found",   ": cannot stat ", "No such file or directory",
    "ModuleNotFoundError: ", "ImportError: ",  "SyntaxError: ",
    "Permission denied",     "fatal: ",        "panicked at "};
constexpr std::array<std::string_view, 8> kFailedTests{
    "--- FAIL: ",          "(Failed)",   "***Failed",  "not ok ", "*** [check-TESTS",
    "test result: FAILED", "*** FAILED", "Assertion `"};

bool shows_no_way(std::string_view line) {
  return holds_any(line, kNoWay);
}

bool shows_compile_error(std::string_view line) {
  return holds_any(line, kCompileErrors) && !shows_no_way(line);
}

bool shows_error(std::string_view line) {
  return line.starts_with("error: ") || line.starts_with("ERROR: ") || holds_any(line, kErrors);
}

bool shows_hint(std::string_view line) {
  return holds_any(line, kHints);
}

bool shows_failed_test(std::string_view line) {
  return line.starts_with("FAIL: ") || line.starts_with("FAILED ") || holds_any(line, kFailedTests);
}

bool shows_lack(std::string_view line) {
  return holds_any(line, kNoSpace) || holds_any(line, kNoMemory);
}

/// What the host lacks, by a line that shows it.
Cause lack(const Lines& lines, std::size_t at) {
  if (holds_any(lines[at], kNoSpace))
    return {"the disk of the engine is full",
            "make room where the engine keeps containers, or: pkgkiln clean --all; then: pkgkiln "
            "retry",
            at};
  return {fmt::format("it ran out of memory: {}", trimmed(lines[at])), kMoreMemory, at};
}

/// The same, where the line stands near the end of it all: tests print such words, too.
std::optional<Cause> lack_near(const Lines& lines, std::size_t end) {
  const auto at = find_near(lines, end, shows_lack);
  return at == kNone ? std::nullopt : std::optional(lack(lines, at));
}

/// A download: what curl or git said just before.
Cause download(const Lines& lines, std::size_t at, std::string_view what) {
  std::string answer;
  auto shown = at;
  for (auto i = at; i-- > 0 && at - i <= kNear && answer.empty();) {
    if (const auto git = after("fatal: ", lines[i]); !git.empty()) answer = git;
    const auto curl = after("curl: (", lines[i]);
    if (const auto words = after(") ", curl); !words.empty()) {
      const auto status = after("returned error: ", words);
      answer = status.empty() ? words : status.substr(0, 3);
    }
    if (!answer.empty()) shown = i;
  }
  const auto source = displayable_url(std::string(what));
  const bool is_status =
      answer.size() == 3 &&
      std::all_of(answer.begin(), answer.end(), [](char c) { return c >= '0' && c <= '9'; });
  return {is_status ? fmt::format("a source could not be downloaded: {} from {}", answer, source)
          : answer.empty()
              ? "a source could not be downloaded: " + source
              : fmt::format("a source could not be downloaded: {}: {}", source, answer),
          is_status && answer == "404" ? "upstream has moved or removed it" : "", shown};
}

/// Sources that did not pass a test of makepkg's, which prints "    NAME ... FAILED".
Cause unverified(const Lines& lines, std::size_t at, const std::string& what) {
  constexpr std::string_view failed = " ... FAILED";
  Cause cause{what, {}, at};
  Lines names;
  std::string key;
  for (auto i = at; i-- > 0 && !lines[i].starts_with("==> ");) {
    const auto end = lines[i].find(failed);
    if (end == kNone) continue;
    names.insert(names.begin(), std::string(trimmed(lines[i].substr(0, end))));
    cause.line = i;
    if (auto unknown = after("unknown public key ", lines[i]); !unknown.empty())
      key = unknown.substr(0, unknown.find(')'));
  }
  if (!key.empty()) {
    cause.why = fmt::format("the PGP key of a source is missing: {}, of {}", key, listed(names));
    cause.advice = fmt::format(
        "put the key beside the PKGBUILD as keys/pgp/{}.asc, if it is the right one", key);
  } else if (!names.empty()) {
    cause.why += ": " + listed(names);
  }
  return cause;
}

std::size_t begin_of(const Lines& lines, const std::string& function, std::size_t end) {
  const auto mark = "==> Starting " + function + "()...";
  for (auto i = end; i-- > 0;)
    if (lines[i].starts_with(mark)) return i + 1;
  return 0;
}

std::optional<Cause> patch(const Lines& lines, std::size_t first, std::size_t end) {
  const auto at = find_line(lines, first, end, [](std::string_view line) {
    return (line.starts_with("Hunk #") && holds(line, " FAILED at ")) ||
           line.starts_with("error: patch failed: ") || line.ends_with(": patch does not apply") ||
           holds(line, "Reversed (or previously applied) patch detected") ||
           line.starts_with("can't find file to patch");
  });
  if (at == kNone) return std::nullopt;
  const std::string_view line = lines[at];
  std::string file(after("error: patch failed: ", line));
  for (auto i = at; i-- > first && file.empty();) {
    const auto named = after("patching file ", lines[i]);
    file = named.substr(0, named.find(' '));
  }
  const bool is_there = holds(line, "previously applied");
  return Cause{fmt::format("a patch {}{}", is_there ? "is applied already" : "does not apply",
                           file.empty() ? "" : ": " + file),
               is_there ? "upstream may have taken it: then the PKGBUILD needs it no more" : "",
               at};
}

/// A way to a host that was looked for in vain, and is all that went wrong there.
std::optional<Cause> cut_network(const Lines& lines, std::size_t first, std::size_t end,
                                 const std::string& function) {
  const auto tried = find_last(lines, first, end, shows_no_way);
  if (tried == kNone || find_near(lines, tried, shows_failed_test) != kNone) return std::nullopt;
  return Cause{fmt::format("{}() tried to use the network, which is off: {}", function,
                           trimmed(lines[tried])),
               "set network = true on the target to allow it", tried};
}

/// A function of the PKGBUILD. From what proves most to what proves least.
Cause in_function(const Lines& lines, std::size_t at, const std::string& function, bool sealed) {
  const auto first = begin_of(lines, function, at);
  const bool is_check = function == "check";
  const auto why =
      is_check ? std::string("check() failed: the package's own tests") : function + "() failed";
  const auto shown_at = [&](std::size_t shown) {
    return Cause{fmt::format("{}: {}", why, trimmed(lines[shown])), {}, shown};
  };
  if (auto cause = patch(lines, first, at)) return *std::move(cause);
  auto shown = is_check ? find_line(lines, first, at, shows_failed_test) : kNone;
  if (shown != kNone) return shown_at(shown);
  if (auto cause = lack_near(lines, at)) return *std::move(cause);
  shown = find_line(lines, first, at, shows_compile_error);
  if (shown != kNone) return shows_lack(lines[shown]) ? lack(lines, shown) : shown_at(shown);
  if (sealed)
    if (auto cause = cut_network(lines, first, at, function)) return *std::move(cause);
  shown = find_line(lines, first, at, shows_error);
  if (shown == kNone) shown = find_last(lines, first, at, shows_hint);
  return shown == kNone ? Cause{why, {}, at} : shown_at(shown);
}

/// What makepkg says went wrong, and what can be told of that.
Cause of_words(const Lines& lines, std::size_t at, std::string_view said, bool sealed) {
  if (const auto what = after("Failure while downloading ", said); !what.empty())
    return download(lines, at, what);
  if (holds(said, "did not pass the validity check"))
    return unverified(lines, at, "a source does not match its checksum");
  if (holds(said, "PGP signatures could not be verified"))
    return unverified(lines, at, "a PGP signature is not valid");
  if (const auto what = after("Failure while creating working copy of ", said); !what.empty())
    return {fmt::format("a source has no such branch, tag or commit: {}", what), {}, at};
  if (const auto end = said.find(" was not found in the build directory and is not a URL");
      end != kNone)
    return {fmt::format("a source is missing: {} is not beside the PKGBUILD", said.substr(0, end)),
            {},
            at};
  if (const auto name = after("A failure occurred in ", said); !name.empty())
    return in_function(lines, at, std::string(name.substr(0, name.find('('))), sealed);
  if (said.starts_with("Missing $pkgdir") ||
      (said.starts_with("Failed to change to directory ") && holds(said, "/pkg/")))
    return {"package() wrote nothing: it left no $pkgdir", {}, at};
  return {};
}

/// What makepkg itself said last.
Cause of_makepkg(const Lines& lines, const FailedStep& step) {
  const auto at = find_last(lines, [](std::string_view line) { return line.starts_with(kError); });
  const auto said =
      at == kNone ? std::string_view() : std::string_view(lines[at]).substr(kError.size());
  if (auto cause = of_words(lines, at, said, step.sealed); !cause.why.empty()) return cause;
  if (auto cause = lack_near(lines, std::min(at, lines.size()))) return *std::move(cause);
  // A signal is no reason of makepkg's, and after code 4 it is the PKGBUILD that spoke.
  if (said.empty() || step.exit_code == 4 || step.exit_code >= 100) return {};
  return {fmt::format("{}: {}",
                      step.exit_code == 1 ? "makepkg" : makepkg_exit_meaning(step.exit_code), said),
          {},
          at};
}

/// A message of dependencies.sh.
bool tells_lost_repository(std::string_view line) {
  return line.starts_with("the repository ") && holds(line, " does not answer at ");
}

Cause of_pacman(const Lines& lines) {
  Lines missing;
  Cause cause;
  const auto note = [&](std::size_t line, std::string name) {
    if (missing.empty()) cause.line = line;
    missing.push_back(std::move(name));
  };
  std::size_t last = kNone;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    if (line.starts_with("error: ")) last = i;
    if (const auto name = after("error: target not found: ", line); !name.empty())
      note(i, std::string(name));
    if (line.starts_with(":: ") && holds(line, "unable to satisfy dependency "))
      note(i, std::string(after("unable to satisfy dependency ", line)));
  }
  if (!missing.empty()) {
    cause.why = "nothing provides what it needs: " + listed(missing);
    cause.advice =
        "does it need another repository ([image] pacman_conf), or another target that is not "
        "listed?";
  } else if (auto lacks = lack_near(lines, std::min(last, lines.size()))) {
    cause = *std::move(lacks);
    // What is printed here comes from root, and from no PKGBUILD.
    cause.is_hosts = holds_any(lines[cause.line], kNoSpace);
  } else if (last != kNone) {
    cause = {"pacman could not install what it needs: " + lines[last].substr(7), {}, last};
  }
  if (std::any_of(lines.begin(), lines.end(), tells_lost_repository))
    cause.advice =
        "the container cannot reach the target's own repository: set vieter.container_address to "
        "an address of it that containers can reach";
  return cause;
}

}  // namespace

Cause cause_in(const std::vector<std::string>& lines, const FailedStep& step) {
  if (step.exit_code == kKilled && !lines.empty())
    return lack_near(lines, lines.size())
        .value_or(Cause{makepkg_exit_meaning(kKilled), kMoreMemory, lines.size() - 1});
  return step.name == "dependencies" ? of_pacman(lines) : of_makepkg(lines, step);
}

std::vector<std::string> telling_lines(const BuildRecord& failed, std::size_t count) {
  auto lines = last_output_lines(failed.log, kLinesForCause);
  const bool sealed = failed.step == "build" && !holds(failed.conditions, "network=on");
  const auto cause = cause_in(lines, {failed.step, failed.exit_code, sealed});
  // Nothing better than makepkg's own words was found: something before them may tell.
  if (!cause.why.empty() && lines[cause.line].starts_with(kError)) lines.resize(cause.line + 1);
  auto first = lines.size() - std::min(count, lines.size());
  if (!cause.why.empty()) {
    // The line before it says where that was. Other functions of the PKGBUILD say nothing of it.
    first = std::min(first, cause.line - std::min<std::size_t>(1, cause.line));
    const auto began = find_last(lines, 0, cause.line, [](std::string_view line) {
      return line.starts_with("==> Starting ");
    });
    if (began != kNone) first = std::max(first, began);
  }
  lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(first));
  lines.resize(std::min(count, lines.size()));
  return lines;
}

bool ran_out_of_processes(int exit_code, const std::vector<std::string>& lines) {
  constexpr int kBashCannotFork = 254;
  if (exit_code == kBashCannotFork) return true;
  return exit_code != 0 && std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
           return holds(line, "fork") && holds(line, "Resource temporarily unavailable");
         });
}

}  // namespace pkgkiln
