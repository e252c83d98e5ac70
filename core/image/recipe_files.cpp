#include "core/image/recipe_files.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <memory>
#include <string_view>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/build/builder.hpp"
#include "core/script/script.hpp"

namespace pkgkiln {

namespace {

struct Free {
  void operator()(archive* writer) const { archive_write_free(writer); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

class TarText {
 public:
  TarText() {
    archive_write_set_format_pax_restricted(writer_.get());
    archive_write_set_bytes_in_last_block(writer_.get(), 1);
    check(archive_write_open2(writer_.get(), &text_, nullptr, append, nullptr, nullptr));
  }

  void add(const std::string& name, unsigned type, mode_t mode, std::string_view content) {
    const std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), type);
    archive_entry_set_perm(entry.get(), mode);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    check(archive_write_header(writer_.get(), entry.get()));
    if (archive_write_data(writer_.get(), content.data(), content.size()) < 0) check(ARCHIVE_FATAL);
  }

  std::string finish() {
    check(archive_write_close(writer_.get()));
    return std::move(text_);
  }

 private:
  static la_ssize_t append(archive* /*writer*/, void* text, const void* bytes, std::size_t size) {
    static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
    return static_cast<la_ssize_t>(size);
  }
  void check(int result) {
    if (result != ARCHIVE_OK)
      throw Error("cannot pack the files of the builder image")
          .because(archive_error_string(writer_.get()));
  }

  std::string text_;
  std::unique_ptr<archive, Free> writer_{archive_write_new()};
};

}  // namespace

std::string recipe_files_as_tar(const ImageRecipe& recipe) {
  TarText tar;
  tar.add("pkgkiln.conf/", AE_IFDIR, 0755, {});
  const auto add = [&](const char* name, const std::string& content) {
    if (!content.empty()) tar.add(std::string("pkgkiln.conf/") + name, AE_IFREG, 0644, content);
  };
  add("pacman.conf", recipe.pacman_conf);
  add("makepkg.conf", recipe.makepkg_conf);
  add("mirrorlist", recipe.mirrorlist);
  return tar.finish();
}

std::string ImageRecipe::hash() const {
  // Lengths between the parts, so that no two recipes give the same text.
  std::string text = script::bootstrap + std::to_string(builder::id);
  const auto add = [&](const std::string& part) {
    text += '\n' + std::to_string(part.size()) + ':' + part;
  };
  for (const auto& package : packages) add(package);
  add(pacman_conf);
  add(makepkg_conf);
  add(mirrorlist);
  return sha256_of(text).substr(0, 16);
}

}  // namespace pkgkiln
