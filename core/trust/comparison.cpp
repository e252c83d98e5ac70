#include "core/trust/comparison.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "core/base/text.hpp"
#include "core/pkgbuild/shell_parser.hpp"
#include "core/trust/recipe_pair.hpp"

namespace pkgkiln::trust {

namespace {

using Values = std::vector<std::string>;

/// Those that makepkg, the shell or programs that builds run may obey: makepkg reads a PKGBUILD in
/// its own shell, so each of its variables can be set there.
bool is_special(std::string_view name) {
  if (name.starts_with('_')) return false;
  const bool lower =
      std::any_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return !lower || name.starts_with("npm_config_") || name.ends_with("_proxy") ||
         is_one_of(name,
                   {"basever", "build_options", "confdir", "extra_environment", "known_hash_algos",
                    "netfile", "other_options", "packaging_options", "pkgbuild_schema_arch_arrays",
                    "pkgbuild_schema_arrays", "pkgbuild_schema_package_overrides",
                    "pkgbuild_schema_strings", "pkgdir", "pkgdirbase", "splitpkg_overrides",
                    "srcdir", "startdir", "using_ccache"});
}

/// Whether a rule of its own looks at all of a variable.
bool has_rule(std::string_view name) {
  return pacman::is_array_of("source", name) || pacman::is_checksum_array(name) ||
         is_one_of(name, {"pkgname", "pkgbase", "validpgpkeys", "install"});
}

/// "foo" of "foo>=2".
std::string name_of(const std::string& dependency) {
  return dependency.substr(0, dependency.find_first_of("<>=:"));
}

class Comparison {
 public:
  Comparison(const Recipe& before, const Recipe& after, const IsKnown& is_known)
      : before_(before), after_(after), is_known_(is_known), pair_(before, after) {}

  RecipeChange compare() {
    if (before_.unreadable().empty() && after_.unreadable().empty()) {
      code();
      functions();
      compare_sources(pair_, change_);
      keys();
      names();
      variables();
      dependencies();
    } else {
      unreadable();
    }
    install_scripts();
    files();
    std::stable_sort(change_.findings.begin(), change_.findings.end(),
                     [](const auto& a, const auto& b) { return a.rule < b.rule; });
    return std::move(change_);
  }

 private:
  void add(Rule rule, std::string what) { change_.findings.push_back({rule, std::move(what)}); }

  const RecipeFile* file(const RecipeFiles& files, const std::string& path) const {
    const auto found = files.find(path);
    return found == files.end() ? nullptr : &found->second;
  }

  void unreadable() {
    const auto* old = file(before_.files(), "PKGBUILD");
    const auto* now = file(after_.files(), "PKGBUILD");
    if (old == nullptr || now == nullptr || *old != *now)
      add(Rule::unreadable, after_.unreadable().empty()
                                ? "the approved one: " + before_.unreadable()
                                : after_.unreadable());
  }

  void code() {
    const auto& old = before_.code();
    const auto& now = after_.code();
    if (old != now) {
      const auto [was, is] = std::mismatch(old.begin(), old.end(), now.begin(), now.end());
      add(Rule::top_level_code,
          is == now.end() ? "some of it is gone: " + shown(*was) : "it runs " + shown(*is));
    }
    std::set<std::string> substituted;
    for (const auto& [name, variable] : before_.variables())
      substituted.insert(variable.substituted.begin(), variable.substituted.end());
    for (const auto& [name, variable] : after_.variables())
      for (const auto& text : variable.substituted)
        if (!substituted.contains(text)) add(Rule::top_level_code, name + " runs a command");
  }

  static std::string shown(const std::string& tokens) {
    std::string text;
    std::string_view left = tokens;
    while (!left.empty() && text.size() < 200) {
      const auto token = take_until(left, '\n');
      if (!token.empty()) text.append(text.empty() ? "" : " ").append(token.substr(1));
    }
    return text;
  }

  void functions() {
    for (const auto& [name, body] : after_.functions()) {
      const auto old = before_.functions().find(name);
      if (old == before_.functions().end())
        add(Rule::function_body, name + "() is new");
      else if (old->second != body)
        add(Rule::function_body, name + "() is another");
    }
    for (const auto& [name, body] : before_.functions())
      if (!after_.functions().contains(name)) add(Rule::function_body, name + "() is gone");
  }

  void keys() {
    const auto& old = before_.variable("validpgpkeys");
    const auto& now = after_.variable("validpgpkeys");
    const auto sorted = [](Values values) {
      std::sort(values.begin(), values.end());
      return values;
    };
    if (old.value && now.value ? sorted(*old.value) != sorted(*now.value)
                               : old.assignments != now.assignments)
      add(Rule::pgp_keys, "validpgpkeys has other keys");
  }

  /// The values that are new; nothing where that is unknown, which is an addition.
  std::optional<Values> added(const std::string& name) const {
    const auto& old = before_.variable(name);
    const auto& now = after_.variable(name);
    if (!old.value || !now.value)
      return old.assignments == now.assignments ? std::optional<Values>(Values()) : std::nullopt;
    Values result;
    std::set<std::string> known;
    for (const auto& value : *old.value) known.insert(name_of(value));
    for (const auto& value : *now.value)
      if (!known.contains(name_of(value))) result.push_back(value);
    return result;
  }

  void names() {
    for (const auto* name : {"pkgname", "pkgbase"}) {
      if (!pair_.is_same(name)) add(Rule::names, std::string(name) + " is another");
    }
    for (const auto& name : after_.with_arch("replaces"))
      if (const auto values = added(name); !values)
        add(Rule::names, name + " can't be read without running it");
      else
        for (const auto& value : *values) add(Rule::names, "it replaces " + value);
    for (const auto& name : after_.with_arch("provides")) {
      const auto values = added(name);
      if (!values) add(Rule::names, name + " can't be read without running it");
      for (const auto& value : values.value_or(Values()))
        if (!may_provide(name_of(value))) add(Rule::names, "it provides " + value);
    }
  }

  /// A library, or its own name without "-git" and the like.
  bool may_provide(const std::string& provided) const {
    if (provided.find(".so") != std::string::npos) return true;
    const auto& names = after_.variable("pkgname").value;
    return names && std::any_of(names->begin(), names->end(), [&](const std::string& name) {
             const auto own = pacman::name_and_stems(name);
             return std::ranges::find(own, provided) != own.end();
           });
  }

  void variables() {
    for (const auto& name : pair_.changed()) {
      if (is_special(name) || has_rule(name)) continue;
      if (is_of_version(name))
        add(Rule::variable, name + " is no version");
      else if (before_.is_reached(name) || after_.is_reached(name))
        add(Rule::variable, name + " is used, and of another kind");
    }
    std::set<std::string> special;
    for (const auto* recipe : {&before_, &after_})
      for (const auto& [name, variable] : recipe->variables())
        if (is_special(name) && !is_same_special(name)) special.insert(name);
    for (const auto& name : special) add(Rule::special_variable, name + " is another");
  }

  /// One that is set to nothing isn't one that makepkg or a program has a default for.
  bool is_same_special(const std::string& name) const {
    return pair_.is_same(name) &&
           before_.variables().contains(name) == after_.variables().contains(name);
  }

  void dependencies() {
    for (const auto* kind : {"depends", "makedepends", "checkdepends"}) {
      for (const auto& name : after_.with_arch(kind)) {
        const auto values = added(name);
        if (!values) {
          add(Rule::dependency, name + " can't be read without running it");
          continue;
        }
        for (const auto& value : *values)
          if (is_known_(value))
            change_.told.push_back("dependency " + value + " is new");
          else
            add(Rule::dependency, value + " is new, and not in the distribution");
      }
    }
  }

  /// In words, where it is a script that can be read.
  static std::string script_of(const RecipeFile& file) {
    try {
      std::string result;
      for (const auto& token : pacman::parse_shell(file.content).tokens)
        result.append(token) += '\n';
      return result;
    } catch (const pacman::Unclear&) {
      return file.content;
    }
  }

  void install_scripts() {
    const bool readable = before_.unreadable().empty() && after_.unreadable().empty();
    if (readable && !pair_.is_same("install")) add(Rule::install_script, "install= is another");
    for (const auto& [path, file] : after_.files()) {
      if (!is_install_script(path)) continue;
      const auto* was = this->file(before_.files(), path);
      if (was == nullptr)
        add(Rule::install_script, path + " is new");
      else if (was->kind != file.kind || script_of(*was) != script_of(file))
        add(Rule::install_script, path + " is another");
    }
  }

  bool is_install_script(const std::string& path) const {
    const auto& named = after_.variable("install").value;
    return path.ends_with(".install") ||
           (named && std::find(named->begin(), named->end(), path) != named->end());
  }

  void files() {
    for (const auto& [path, file] : after_.files()) {
      if (path == "PKGBUILD" || is_install_script(path)) continue;
      const auto* was = this->file(before_.files(), path);
      if (was != nullptr && *was == file) continue;
      if (path == ".SRCINFO" || ((is_only_told(path) || is_changelog(path)) && !may_run(file)))
        continue;
      add(path.starts_with("keys/") ? Rule::pgp_keys : Rule::local_file,
          path + (was == nullptr ? " is new" : " is another"));
    }
  }

  /// It was and is the changelog, and nothing that a build gets to use.
  bool is_changelog(const std::string& path) const {
    const auto& name = after_.variable("changelog").value;
    const auto& sources = after_.variable("source").value;
    return name && *name == Values{path} && pair_.is_same("changelog") && sources &&
           std::find(sources->begin(), sources->end(), path) == sources->end();
  }

  /// A script or program, or a link to one.
  static bool may_run(const RecipeFile& file) {
    return file.kind != RecipeFile::Kind::file || file.content.starts_with("#!") ||
           file.content.starts_with(
               "\x7f"
               "ELF") ||
           file.content.find('\0') != std::string::npos;
  }

  const Recipe& before_;
  const Recipe& after_;
  const IsKnown& is_known_;
  RecipePair pair_;
  RecipeChange change_;
};

}  // namespace

RecipeChange compare(const Recipe& before, const Recipe& after, const IsKnown& is_known) {
  return Comparison(before, after, is_known).compare();
}

}  // namespace pkgkiln::trust
