#include "core/image/recipe_files.hpp"

#include "core/base/digest.hpp"
#include "core/base/tar_writer.hpp"
#include "core/build/builder.hpp"
#include "core/script/script.hpp"

namespace pkgkiln {

std::string recipe_files_as_tar(const ImageRecipe& recipe) {
  std::string tar;
  TarWriter writer([&tar](std::string_view bytes) { tar += bytes; }, 0, 0);
  writer.directory("pkgkiln.conf");
  const auto add = [&writer](const char* name, const std::string& content) {
    if (content.empty()) return;
    writer.file(std::string("pkgkiln.conf/") + name, content.size(), false);
    writer.write(content);
  };
  add("pacman.conf", recipe.pacman_conf);
  add("makepkg.conf", recipe.makepkg_conf);
  add("mirrorlist", recipe.mirrorlist);
  writer.finish();
  return tar;
}

std::string ImageRecipe::hash() const {
  // Lengths between the parts, so that no two recipes give the same text.
  std::string text = script::bootstrap + std::to_string(builder::id);
  const auto add = [&text](const std::string& part) {
    text += '\n' + std::to_string(part.size()) + ':' + part;
  };
  add(std::to_string(packages.size()));
  for (const auto& package : packages) add(package);
  add(pacman_conf);
  add(makepkg_conf);
  add(mirrorlist);
  return sha256_of(text).substr(0, 16);
}

}  // namespace pkgkiln
