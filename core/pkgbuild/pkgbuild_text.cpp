#include "core/pkgbuild/pkgbuild_text.hpp"

#include <algorithm>
#include <array>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/pkgbuild/shell_evaluation.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::size_t kMostBytes = ShellEvaluation::kMostBytes;

/// The variables that makepkg unsets before it reads a PKGBUILD, so that none comes from the
/// environment.
constexpr std::array kUnsetByMakepkg = {
    "pkgname",    "pkgbase", "pkgver",    "pkgrel",   "epoch",       "pkgdesc",
    "url",        "install", "changelog", "arch",     "backup",      "checkdepends",
    "conflicts",  "depends", "groups",    "license",  "makedepends", "noextract",
    "optdepends", "options", "provides",  "replaces", "source",      "validpgpkeys"};

/// The arrays that a function sets where makepkg would find them: at the beginning of a line, as
/// `declare -f` prints it.
void find_arrays(const ShellCommand& command, std::vector<const ShellAssignment*>& found) {
  using Kind = ShellCommand::Kind;
  if (command.kind == Kind::simple) {
    if (!command.assignments.empty() && command.assignments.front().is_array)
      found.push_back(&command.assignments.front());
    return;
  }
  const bool first_only = command.kind == Kind::both || command.kind == Kind::either;
  if (command.kind == Kind::negation || command.kind == Kind::function) return;
  for (const auto& part : command.parts) {
    find_arrays(part, found);
    if (first_only) return;
  }
}

}  // namespace

PkgbuildText::PkgbuildText(std::string_view text, std::string_view carch) {
  ShellWords::Variables unset;
  for (const auto* name : kUnsetByMakepkg) unset[name] = {};
  if (!carch.empty()) unset["CARCH"] = {true, false, {std::string(carch)}};
  try {
    script_ = parse_shell(text);
    ShellEvaluation evaluation(std::move(unset));
    evaluation.run(script_.commands);
    variables_ = evaluation.variables();
    functions_ = evaluation.functions();
    clear_ = true;
  } catch (const Unclear&) {
    clear_ = false;
  }
}

std::optional<std::vector<std::string>> PkgbuildText::words(std::string_view name) const {
  if (!clear_) return std::nullopt;
  const auto found = variables_.find(name);
  if (found == variables_.end()) return std::vector<std::string>();
  return found->second.known ? std::optional(found->second.words) : std::nullopt;
}

const ShellCommand* PkgbuildText::package_function(const std::string& pkgname) const {
  auto function = functions_.find("package_" + pkgname);
  if (function == functions_.end()) function = functions_.find("package");
  return function == functions_.end() ? nullptr : function->second;
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
    for (const auto* name : checksum_arrays)
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
    const auto* function = pkgbuild_.package_function(pkgname);
    if (function == nullptr) return;
    std::vector<const ShellAssignment*> assignments;
    find_arrays(function->parts.front(), assignments);
    scope_["pkgname"] = {true, false, {pkgname}};
    std::map<std::string, ShellVariable> own;
    for (const auto* assignment : assignments) {
      const std::string key(assignment->name);
      if (!is_of_package(key)) continue;
      const auto outside = pkgbuild_.variables_.find(key);
      auto& variable = own.try_emplace(key, outside == pkgbuild_.variables_.end() ? ShellVariable()
                                                                                  : outside->second)
                           .first->second;
      set_array(variable, assignment->appends, shell_.list(assignment->words));
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
