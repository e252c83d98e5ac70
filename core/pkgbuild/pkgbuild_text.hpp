#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pkgbuild/shell_parser.hpp"
#include "core/pkgbuild/shell_words.hpp"
#include "core/pkgbuild/srcinfo.hpp"

namespace pkgkiln::pacman {

/// A PKGBUILD as text. It is a hostile shell script, so it is read and never run; what only running
/// it could tell is unclear. A PKGBUILD that is written to deceive can still do so.
class PkgbuildText {
 public:
  /// The text outlives this. Without CARCH that is unknown.
  explicit PkgbuildText(std::string_view text, std::string_view carch = {});
  PkgbuildText(const PkgbuildText&) = delete;
  PkgbuildText& operator=(const PkgbuildText&) = delete;

  /// The values of a variable, one or an array's. An empty list if it isn't set, nothing if it is
  /// unclear.
  std::optional<std::vector<std::string>> words(std::string_view name) const;

  /// The .SRCINFO that makepkg would print, as far as SrcInfo reads it for `arch`; nothing if only
  /// makepkg can tell.
  std::optional<std::string> srcinfo(std::string_view arch) const;

  /// Whether it defines pkgver(), or may define it. Then its version is known only after that ran.
  bool may_have_pkgver_function() const;

 private:
  class Printer;
  const ShellCommand* package_function(const std::string& pkgname) const;

  bool clear_ = false;
  ShellScript script_;
  ShellWords::Variables variables_;
  std::map<std::string, const ShellCommand*, std::less<>> functions_;
};

/// Whether the .SRCINFO, parsed for `arch`, can be trusted: the PKGBUILD says the same, in plain
/// words, about everything that is used of it.
bool srcinfo_agrees(const SrcInfo& srcinfo, const PkgbuildText& pkgbuild, std::string_view arch);

}  // namespace pkgkiln::pacman
