#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln::pacman {

/// A PKGBUILD as a text. It is a shell script, and hostile: it is read, never run, and whatever
/// would have to be run to be known is unclear. What a well-meant PKGBUILD sets in plain words is
/// told right; one that is written to deceive can still do so.
class PkgbuildText {
 public:
  /// The text outlives this.
  explicit PkgbuildText(std::string_view text);

  /// What `name` is set to: `name=word`, quoted or not. Empty where it isn't set at all. Nothing
  /// where that is unclear: set twice, appended to, to more than a plain word (alphanumerics and
  /// @._+-~), not at the start of a line (it may hang on a condition), or maybe by another script.
  std::optional<std::string> word(std::string_view name) const;
  /// The same of `name=(word word)`, over several lines and with comments between them.
  std::optional<std::vector<std::string>> words(std::string_view name) const;

  /// Whether it defines pkgver(), or another script that it reads may do so: its version is known
  /// only after it ran.
  bool may_have_pkgver_function() const;

 private:
  struct Line {
    std::size_t begin = 0;  // in text_
    std::string_view text;
    bool in_function = false;
  };
  /// What stands behind the one `name=`, to the end of the text; empty where there is none.
  std::optional<std::string_view> assigned(std::string_view name) const;

  std::string_view text_;
  std::vector<Line> lines_;  // that aren't blank, nor comments
  bool reads_others_ = false;
};

}  // namespace pkgkiln::pacman
