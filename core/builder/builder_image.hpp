#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/removable.hpp"
#include "core/repodb/distribution.hpp"
#include "core/runtime/container_runtime.hpp"
#include "core/runtime/image_store.hpp"
#include "core/runtime/labels.hpp"

namespace pkgkiln {

/// What goes into the builder image.
struct ImageRecipe {
  ImageRef base;
  std::vector<std::string> packages;  // beside base-devel and git; checked against pacman's grammar
  /// Contents, empty for none. A pacman.conf with an [options] section and a makepkg.conf that
  /// sets DLAGENTS replace the image's; others are appended to it as drop-ins.
  std::string pacman_conf, makepkg_conf, mirrorlist;
  std::vector<std::string> add_hosts;

  /// Of everything but the base's content: the bootstrap script and the fields above.
  std::string hash() const;
};

/// The image that builds start from: the base image after bootstrap.sh, committed only if that
/// exited with 0. It is used until it is older than `refresh`, the base or the recipe changes, or a
/// new one is requested.
class BuilderImage {
 public:
  struct Settings {
    ImageRecipe recipe;
    std::chrono::seconds refresh;
    std::chrono::seconds timeout;  // of the bootstrap
    /// Variables that name proxies. The bootstrap gets them, the image does not.
    std::map<std::string, std::string> proxies = {};
  };

  BuilderImage(ContainerRuntime& runtime, ImageStore& images, RunIdentity identity,
               Settings settings);

  /// Returns the image's id, and makes the image if necessary, with `force_refresh` in any case.
  /// `log` gets all output, `pulled` hears of bytes. If the registry is out of reach but the engine
  /// has the base image, that is no error; `notice` says so. Older images of this instance are
  /// removed, except those in use.
  std::string ensure(bool force_refresh, const Sink& log, const Sink& notice,
                     const Cancellation& cancel, const Transferred& pulled = {});

  /// What its repositories held when it was made. That is kept in the file `kept` for whoever asks
  /// next; if that is of another image, it is read from a container that is never started.
  pacman::Distribution distribution(const std::string& image, const std::filesystem::path& kept,
                                    const Cancellation& cancel);

  /// The base that an image of this instance was made from, "name" and "digest"; empty: unknown.
  std::pair<std::string, std::string> base_of(const std::string& image) const;

  /// The newest image that fits the recipe, if any. Asks no registry.
  std::optional<ImageInfo> current() const;
  /// All images of this instance but that one.
  std::vector<Removable> old() const;

 private:
  bool is_fresh(const ImageInfo& image) const;
  ImageInfo pull_base(const Sink& log, const Sink& notice, const Cancellation& cancel,
                      const Transferred& pulled);
  std::string bootstrap(const ImageInfo& base, const Sink& log, const Cancellation& cancel);
  void run_bootstrap(const std::string& container, const Sink& log, const Cancellation& cancel);
  std::string commit(const std::string& container, const CommitSpec& spec);
  void prune(const std::string& keep, const Sink& notice);

  ContainerRuntime& runtime_;
  ImageStore& images_;
  RunIdentity identity_;
  Settings settings_;
};

/// The configured files of a recipe as a tar to unpack in /etc: a directory pkgkiln.conf with those
/// that aren't empty, owned by root.
std::string recipe_files_as_tar(const ImageRecipe& recipe);

}  // namespace pkgkiln
