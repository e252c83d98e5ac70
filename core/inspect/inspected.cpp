#include "core/inspect/inspected.hpp"

#include "core/pkgbuild/pkgbuild_text.hpp"
#include "core/targets/target.hpp"

namespace pkgkiln {

namespace {

constexpr std::size_t kLongestRemembered = std::size_t{256} << 10U;

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
  const pacman::PkgbuildText read(*pkgbuild);
  found.moves = read.may_have_pkgver_function();
  try {
    found.tree = source.tree(commit);
  } catch (const Error&) {
    // What can't be unpacked is told when that is tried.
  }
  const auto text = source.read_file(commit, ".SRCINFO");
  if (!text) return found;
  try {
    auto srcinfo = pacman::SrcInfo::parse(*text, machine_arch());
    if (srcinfo_agrees(srcinfo, read, machine_arch())) found.srcinfo = std::move(srcinfo);
  } catch (const Error& error) {
    found.srcinfo_problem = error.what();
  }
  return found;
}

void recall(Inspected& found, const std::string& target, const History& history) {
  if (found.srcinfo || found.tree.empty()) return;
  const auto inspection = history.inspection(target);
  if (!inspection || inspection->tree != found.tree) return;
  try {
    found.srcinfo = pacman::SrcInfo::parse(inspection->srcinfo, machine_arch());
    found.moves = inspection->moves;
    found.remembered = true;
  } catch (const Error&) {
    // It is asked again.
  }
}

void remember(Inspected& found, const std::string& target, History& history) {
  if (!found.said.empty() && found.said.size() <= kLongestRemembered && !found.tree.empty())
    history.record_inspection(target, {found.tree, found.moves, std::move(found.said)});
  found.said.clear();
}

}  // namespace pkgkiln
