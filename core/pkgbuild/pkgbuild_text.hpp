#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pkgbuild/shell_words.hpp"
#include "core/pkgbuild/srcinfo.hpp"

namespace pkgkiln::pacman {

/// A PKGBUILD as a text. It is a shell script, and hostile: it is read, never run, and whatever
/// would have to be run to be known is unclear. Only one whose top level does nothing but set
/// variables and define functions is read at all: any command there, be it a test, a loop or an
/// eval, may set what it likes. One that is written to deceive can still do so.
class PkgbuildText {
 public:
  /// The text outlives this.
  explicit PkgbuildText(std::string_view text);

  /// The values of a variable after it was read, those of an array or a single one. None where it
  /// isn't set; nothing where that is unclear.
  std::optional<std::vector<std::string>> words(std::string_view name) const;

  /// The .SRCINFO that makepkg would print, with the keys that SrcInfo reads and those for `arch`
  /// alone; nothing where only makepkg can tell.
  std::optional<std::string> srcinfo(std::string_view arch) const;

  /// Whether it defines pkgver(), or may do so: its version is known only after it ran.
  bool may_have_pkgver_function() const;

 private:
  class Printer;
  using Assignments = std::vector<ShellScanner::Assignment>;

  void read(std::string_view text);
  bool take_function(ShellScanner& scanner);
  void take_assignments(ShellScanner& scanner, ShellWords& shell);
  const Assignments* package_function(const std::string& pkgname) const;

  bool clear_ = false;
  ShellWords::Variables variables_;
  std::map<std::string, Assignments, std::less<>> functions_;
};

/// Whether the .SRCINFO, parsed for `arch`, can be believed: the PKGBUILD says the same in plain
/// words of all that is used of it.
bool srcinfo_agrees(const SrcInfo& srcinfo, const PkgbuildText& pkgbuild, std::string_view arch);

}  // namespace pkgkiln::pacman
