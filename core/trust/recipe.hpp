#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/pkgbuild/pkgbuild_text.hpp"

namespace pkgkiln::trust {

/// A file of a target's directory.
struct RecipeFile {
  enum class Kind { file, executable, link };

  Kind kind = Kind::file;
  std::string content;  // of a link: what it leads to

  bool operator==(const RecipeFile&) const = default;
};

/// By path in that directory.
using RecipeFiles = std::map<std::string, RecipeFile>;

/// A target's packaging files at one commit, as far as they can be read without running them
/// (PKGBUILD(5)). All of it is hostile.
class Recipe {
 public:
  static constexpr std::size_t kLongestPkgbuild = 256'000;  // what the AUR accepts, in bytes

  /// The files outlive it. `carch` is makepkg's CARCH where it is built: values may hang on it.
  Recipe(const RecipeFiles& files, std::string_view carch);
  Recipe(const Recipe&) = delete;
  Recipe& operator=(const Recipe&) = delete;

  const RecipeFiles& files() const { return files_; }
  /// Why the PKGBUILD can't be read; empty when it can.
  const std::string& unreadable() const { return unreadable_; }

  /// Everything outside of functions that is no assignment, in the order in which it stands there.
  const std::vector<std::string>& code() const { return code_; }
  /// The bodies, in words: see ShellScript::tokens.
  const std::map<std::string, std::string>& functions() const { return functions_; }

  struct Variable {
    std::string assignments;            // all of them, in words
    std::set<std::string> substituted;  // commands whose output is in it
    /// Nothing where it is unknown; empty where it is unset.
    std::optional<std::vector<std::string>> value;
  };
  const std::map<std::string, Variable>& variables() const { return variables_; }
  /// Of one that isn't set: no assignments, no words.
  const Variable& variable(const std::string& name) const;
  /// "source", "source_x86_64": those of these names that are set.
  std::vector<std::string> with_arch(std::string_view name) const;

  /// The order in which it and what it is made of are set: a name for each assignment.
  std::vector<std::string> order(const std::string& name) const;
  /// Whether a function or code mentions it, or a variable does that they mention.
  bool is_reached(const std::string& name) const { return reached_.contains(name); }

 private:
  void read(std::string_view text, std::string_view carch);
  void take(const pacman::ShellCommand& command, const pacman::ShellScript& script);
  void assign(const pacman::ShellAssignment& assignment, bool by_default);
  void find_reached();
  std::set<std::string> reached_from(const std::vector<std::string>& texts) const;

  const RecipeFiles& files_;
  std::string unreadable_;
  std::vector<std::string> code_;
  std::map<std::string, std::string> functions_;
  std::map<std::string, Variable> variables_;
  std::vector<std::string> assigned_;  // a name for each assignment, in their order
  std::set<std::string> reached_;
};

/// Files that nothing is made of: .SRCINFO, licences, readmes and the like.
bool is_only_told(std::string_view path);

}  // namespace pkgkiln::trust
