#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/text.hpp"
#include "core/trust/comparison.hpp"

namespace pkgkiln::trust {

namespace {

/// Programs that fetch, send or run something; of "python3.12" the name alone.
constexpr std::string_view kPowerful =
    " aria2c ash awk base base64 bash bun bunx busybox bzr cargo curl dash deno dig eval exec fish "
    "ftp "
    "gawk gem git go hg ksh lua luajit lynx nc ncat node npm npx openssl perl php pip pipx pnpm "
    "printf pypy python rev rsync ruby scp sftp sh socat source ssh sudo svn systemctl telnet tftp "
    "tr trap uv uvx wget xxd yarn zsh ";

/// Wherever they stand, in parts that are quoted or in a substitution. A token begins with a mark,
/// so a word without its first character counts, too.
std::set<std::string> powerful_words(const Recipe& recipe) {
  std::set<std::string> found;
  const auto take = [&](std::string word) {
    while (!word.empty() && word.back() >= '0' && word.back() <= '9') word.pop_back();
    for (const auto& each : {word, word.substr(std::min<std::size_t>(1, word.size()))})
      if (!each.empty() && kPowerful.find(" " + each + " ") != std::string_view::npos)
        found.insert(each);
  };
  for (const auto& [name, body] : recipe.functions()) {
    std::string word;
    for (const char c : body + "\n") {
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')
        word += c;
      else if (c != '\'' && c != '"' && c != '\\')
        take(std::exchange(word, {}));
    }
  }
  return found;
}

bool is_program(const RecipeFile& file, std::string_view path) {
  if (file.kind != RecipeFile::Kind::file) return true;
  const std::string_view content = file.content;
  if (content.starts_with("#!") || content.find('\0') != std::string_view::npos) return true;
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return true;
  return !is_one_of(name.substr(dot + 1),
                    {"patch", "diff", "txt", "md", "xml", "png", "svg", "xpm", "ico", "jpg"});
}

/// "it is new" of a path that a finding names first.
bool names_program(const Finding& finding, const Recipe& before, const Recipe& after) {
  for (const auto* recipe : {&before, &after})
    for (const auto& [path, file] : recipe->files())
      if (finding.what.starts_with(path + " ") && is_program(file, path)) return true;
  return false;
}

}  // namespace

void trust_maintainer(RecipeChange& change, const Recipe& before, const Recipe& after) {
  const auto known = powerful_words(before);
  const auto now = powerful_words(after);
  const bool does_more = !std::includes(known.begin(), known.end(), now.begin(), now.end());
  std::erase_if(change.findings, [&](const Finding& finding) {
    const bool is_left =
        (finding.rule == Rule::function_body && !does_more) || finding.rule == Rule::variable ||
        (finding.rule == Rule::local_file && !names_program(finding, before, after));
    if (is_left) change.told.push_back(std::string(word(finding.rule)) + ": " + finding.what);
    return is_left;
  });
}

}  // namespace pkgkiln::trust
