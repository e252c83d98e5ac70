#include "core/pkgbuild/pkgbuild_text.hpp"

#include <algorithm>
#include <array>

#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 24U;  // of all values

/// The variables that makepkg unsets before it reads a PKGBUILD, so that none comes from the
/// environment.
constexpr std::array kUnsetByMakepkg = {
    "pkgname",    "pkgbase", "pkgver",    "pkgrel",   "epoch",       "pkgdesc",
    "url",        "install", "changelog", "arch",     "backup",      "checkdepends",
    "conflicts",  "depends", "groups",    "license",  "makedepends", "noextract",
    "optdepends", "options", "provides",  "replaces", "source",      "validpgpkeys"};

constexpr std::array kSums = {"cksums",     "md5sums",    "sha1sums",   "sha224sums",
                              "sha256sums", "sha384sums", "sha512sums", "b2sums"};

/// A variable that the shell itself may set, or that may change how it reads.
bool is_of_shell(std::string_view name) {
  return name.front() != '_' &&
         std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

/// "name() {", "name () (", "function name {": the name, and the scanner stands at the body.
std::optional<std::string_view> function_name(ShellScanner& scanner) {
  auto tried = scanner;
  auto name = tried.word();
  const bool by_keyword = name == "function";
  if (by_keyword) {
    tried.skip_blanks();
    name = tried.word();
  }
  if (!is_made_of(name, "@._+-")) return std::nullopt;
  tried.skip_blanks();
  if (tried.next() == '(') {
    tried.skip(1);
    tried.skip_blanks();
    if (tried.next() != ')') return std::nullopt;
    tried.skip(1);
  } else if (!by_keyword) {
    return std::nullopt;
  }
  tried.skip_space();
  scanner = tried;
  return name;
}

bool ends_command(const ShellScanner& scanner) {
  return scanner.at_end() ||
         std::string_view("\n;#").find(scanner.next()) != std::string_view::npos;
}

using Words = std::optional<std::vector<std::string>>;

void set_array(ShellVariable& variable, bool appends, const Words& words) {
  if (!appends) variable = {};
  variable.is_array = true;
  variable.known = variable.known && words;
  if (words) variable.words.insert(variable.words.end(), words->begin(), words->end());
  std::size_t bytes = 0;
  for (const auto& word : variable.words) bytes += word.size();
  if (bytes > kMostBytes) throw Unclear{};
}

/// Of an array the first element.
void set_scalar(ShellVariable& variable, bool appends, const std::optional<std::string>& word) {
  if (!appends && !variable.is_array) variable = {};
  variable.known = variable.known && word;
  if (!word) return;
  if (variable.words.empty()) variable.words.emplace_back();
  auto& first = variable.words.front();
  first = appends ? first + *word : *word;
  if (first.size() > kMostBytes) throw Unclear{};
}

}  // namespace

PkgbuildText::PkgbuildText(std::string_view text) {
  for (const auto* name : kUnsetByMakepkg) variables_[name] = {};
  try {
    // bash drops the zeros, and makepkg refuses carriage returns.
    if (text.find('\0') != std::string_view::npos || text.find('\r') != std::string_view::npos)
      throw Unclear{};
    read(text);
    clear_ = true;
  } catch (const Unclear&) {
    clear_ = false;
  }
}

void PkgbuildText::read(std::string_view text) {
  ShellScanner scanner(text);
  ShellWords shell(variables_);
  for (scanner.skip_space(); !scanner.at_end(); scanner.skip_space()) {
    if (scanner.next() == ';')
      scanner.skip(1);
    else if (!take_function(scanner))
      take_assignments(scanner, shell);
  }
}

bool PkgbuildText::take_function(ShellScanner& scanner) {
  const auto name = function_name(scanner);
  if (!name) return false;
  functions_[std::string(*name)] = scanner.body();
  scanner.skip_blanks();
  if (!ends_command(scanner)) throw Unclear{};
  return true;
}

/// One or several on a line. A command or operator after them makes it more than an assignment.
void PkgbuildText::take_assignments(ShellScanner& scanner, ShellWords& shell) {
  do {
    const auto said = scanner.word();
    const auto size = assigned_name(said);
    if (size == 0) throw Unclear{};
    const auto name = said.substr(0, size);
    if (name == "IFS" || name == "POSIXLY_CORRECT") throw Unclear{};
    const bool appends = said[size] == '+';
    const auto value = said.substr(size + (appends ? 2 : 1));
    auto& variable = variables_[std::string(name)];
    if (value.empty() && scanner.next() == '(')
      set_array(variable, appends, shell.list(scanner.array()));
    else
      set_scalar(variable, appends, shell.scalar(value));
    if (is_of_shell(name)) variable.known = false;
    const bool apart = scanner.next() == ' ' || scanner.next() == '\t';
    scanner.skip_blanks();
    if (scanner.next() == '#' && !apart) throw Unclear{};
  } while (!ends_command(scanner));
}

std::optional<std::vector<std::string>> PkgbuildText::words(std::string_view name) const {
  if (!clear_) return std::nullopt;
  const auto found = variables_.find(name);
  if (found == variables_.end()) return std::vector<std::string>();
  return found->second.known ? std::optional(found->second.words) : std::nullopt;
}

const PkgbuildText::Assignments* PkgbuildText::package_function(const std::string& pkgname) const {
  auto function = functions_.find("package_" + pkgname);
  if (function == functions_.end()) function = functions_.find("package");
  return function == functions_.end() ? nullptr : &function->second;
}

/// Prints what makepkg would; throws Unclear where that can't be told.
class PkgbuildText::Printer {
 public:
  Printer(const PkgbuildText& pkgbuild, std::string_view arch) : pkgbuild_(pkgbuild), arch_(arch) {}

  std::string print() {
    const auto names = value("pkgname");
    auto base = value("pkgbase");
    if (names.empty() || base.size() > 1) throw Unclear{};
    if (base.empty() || base.front().empty()) base = {names.front()};
    add("pkgbase", base);
    for (const auto* name : {"pkgver", "pkgrel", "epoch"}) {
      if (value(name).size() > 1) throw Unclear{};
      add(name, value(name));
    }
    add("arch", value("arch"));
    suffix_ = "_" + served_arch(arch_, value("arch"));
    for (const auto* name : {"depends", "makedepends", "checkdepends", "provides", "source"})
      for (const auto& key : with_suffix(name)) add(key, value(key));
    for (const auto* name : kSums)
      for (const auto& key : with_suffix(name)) add(key, value(key));
    for (const auto& name : names) add_package(name);
    return std::move(text_);
  }

 private:
  std::vector<std::string> with_suffix(const std::string& name) const {
    return {name, name + suffix_};
  }

  std::vector<std::string> value(const std::string& name) const {
    auto found = pkgbuild_.words(name);
    if (!found) throw Unclear{};
    return std::move(*found);
  }

  void add(std::string_view key, const std::vector<std::string>& values) {
    for (const auto& value : values) {
      // makepkg makes one blank of any white space.
      if (has_control_characters(value)) throw Unclear{};
      text_.append(key).append(" = ").append(value).append("\n");
      if (text_.size() > kMostBytes) throw Unclear{};
    }
  }

  /// The values that the package's function sets, over those from outside. As in makepkg, each
  /// variable is read alone, without the function's other variables.
  void add_package(const std::string& pkgname) {
    add("pkgname", {pkgname});
    const auto* assignments = pkgbuild_.package_function(pkgname);
    if (assignments == nullptr) return;
    scope_["pkgname"] = {true, false, {pkgname}};
    std::map<std::string, ShellVariable> own;
    for (const auto& [name, appends, words] : *assignments) {
      const std::string key(name);
      if (!is_of_package(key)) continue;
      const auto outside = pkgbuild_.variables_.find(key);
      auto& variable = own.try_emplace(key, outside == pkgbuild_.variables_.end() ? ShellVariable()
                                                                                  : outside->second)
                           .first->second;
      set_array(variable, appends, shell_.list(words));
      if (!variable.known) throw Unclear{};
    }
    for (const auto& [key, variable] : own)
      add(key, variable.words.empty() ? std::vector<std::string>{""} : variable.words);
  }

  bool is_of_package(const std::string& key) const {
    for (const auto* name : {"depends", "provides"})
      if (key == name || key == name + suffix_) return true;
    return key == "arch";
  }

  const PkgbuildText& pkgbuild_;
  std::string arch_, suffix_;
  std::string text_;
  ShellWords::Variables scope_ = pkgbuild_.variables_;
  ShellWords shell_{scope_};
};

std::optional<std::string> PkgbuildText::srcinfo(std::string_view arch) const {
  if (!clear_) return std::nullopt;
  try {
    return Printer(*this, arch).print();
  } catch (const Unclear&) {
    return std::nullopt;
  }
}

bool PkgbuildText::may_have_pkgver_function() const {
  return !clear_ || functions_.contains("pkgver");
}

bool srcinfo_agrees(const SrcInfo& srcinfo, const PkgbuildText& pkgbuild, std::string_view arch) {
  const auto text = pkgbuild.srcinfo(arch);
  if (!text) return false;
  try {
    auto read = SrcInfo::parse(*text, arch);
    read.valid_pgp_keys = srcinfo.valid_pgp_keys;  // nothing goes by them
    return read == srcinfo;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace pkgkiln::pacman
