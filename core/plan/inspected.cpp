#include "core/plan/inspected.hpp"

#include "core/pacman/pkgbuild_text.hpp"
#include "core/plan/agreement.hpp"
#include "core/target/target.hpp"

namespace pkgkiln {

namespace {

std::size_t skips_in(std::string_view text) {
  std::size_t count = 0;
  for (auto at = text.find("SKIP"); at != std::string_view::npos; at = text.find("SKIP", at + 4))
    ++count;
  return count;
}

}  // namespace

Inspected inspect_on_host(const PackagingSource& source, const std::string& commit,
                          const std::string& path) {
  Inspected found;
  found.commit = commit;
  const auto pkgbuild = source.read_file(commit, "PKGBUILD");
  if (!pkgbuild)
    throw Error(path.empty() ? "there is no PKGBUILD in the root of its repository"
                             : "there is no PKGBUILD in '" + path + "'")
        .advise("set the target's path to the directory of the PKGBUILD");
  found.moves = pacman::PkgbuildText(*pkgbuild).may_have_pkgver_function();
  const auto text = source.read_file(commit, ".SRCINFO");
  if (!text) return found;
  try {
    auto srcinfo = pacman::SrcInfo::parse(*text, machine_arch());
    // Checksums were taken out since it was made.
    if (skips_in(*pkgbuild) > skips_in(*text)) srcinfo.unchecked_sources.emplace_back();
    if (srcinfo_agrees(srcinfo, *pkgbuild)) found.srcinfo = std::move(srcinfo);
  } catch (const Error& error) {
    found.srcinfo_problem = error.what();
  }
  return found;
}

}  // namespace pkgkiln
