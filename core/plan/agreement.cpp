#include "core/plan/agreement.hpp"

#include "core/pacman/pkgbuild_text.hpp"

namespace pkgkiln {

bool srcinfo_agrees(const pacman::SrcInfo& srcinfo, const pacman::PkgbuildText& pkgbuild,
                    std::string_view arch) {
  const auto text = pkgbuild.srcinfo(arch);
  if (!text) return false;
  try {
    auto read = pacman::SrcInfo::parse(*text, arch);
    read.valid_pgp_keys = srcinfo.valid_pgp_keys;  // nothing goes by them
    return read == srcinfo;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace pkgkiln
