#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/removable.hpp"
#include "core/runtime/container_runtime.hpp"
#include "core/runtime/image_store.hpp"
#include "core/runtime/labels.hpp"

namespace pkgkiln {

/// The packages of the repositories that a builder image installs from, as it knew them when it
/// was made: names that nobody may publish under by accident. A plain value.
class Distribution {
 public:
  /// By what `pacman -Sl` prints: "repository pkgname version", a line each; other lines don't
  /// count. What stands in `ours`, the repositories that targets are published to, isn't the
  /// distribution's though the image may install from it.
  static Distribution parse(std::string_view listing, const std::set<std::string>& ours);

  /// The repository that has a package of that name, the first one if several have.
  std::optional<std::string> repository_of(const std::string& pkgname) const;

 private:
  std::map<std::string, std::string> repositories_;  // by pkgname
};

/// What goes into the builder image.
struct ImageRecipe {
  ImageRef base;
  std::vector<std::string> packages;  // beside base-devel and git; checked against pacman's grammar
  /// Contents, empty for none. A pacman.conf with an [options] section and a makepkg.conf that
  /// sets CARCH replace the image's; others are appended to it as drop-ins.
  std::string pacman_conf, makepkg_conf, mirrorlist;
  std::vector<std::string> add_hosts;

  /// Names everything but the base's content: the bootstrap script, and the above.
  std::string hash() const;
};

/// The image that builds start from: the base image after bootstrap.sh, committed only if that
/// exited 0. Reused until `refresh` is over, the base or the recipe changed, or on request.
class BuilderImage {
 public:
  struct Settings {
    ImageRecipe recipe;
    std::chrono::seconds refresh;
    std::chrono::seconds timeout;  // of the bootstrap
    /// Variables that name proxies: the bootstrap's alone, never the image's.
    std::map<std::string, std::string> proxies = {};
  };

  BuilderImage(ContainerRuntime& runtime, ImageStore& images, RunIdentity identity,
               Settings settings);

  /// The image's id. `force_refresh` makes a new one in any case. `log` gets all output. A
  /// registry out of reach is no error while the engine holds the base image: `notice` says so.
  /// Older ones of this instance are removed, except those in use.
  std::string ensure(bool force_refresh, const Sink& log, const Sink& notice,
                     const Cancellation& cancel);

  /// What `pacman -Sl` said in such an image when it was made; read from a container that is never
  /// started.
  std::string listing(const std::string& image, const Cancellation& cancel);

  /// The newest one that fits the recipe, if any; asks no registry.
  std::optional<ImageInfo> current() const;
  /// All of this instance but that one.
  std::vector<Removable> old() const;

 private:
  bool is_fresh(const ImageInfo& image) const;
  ImageInfo pull_base(const Sink& log, const Sink& notice, const Cancellation& cancel);
  std::string bootstrap(const ImageInfo& base, const Sink& log, const Cancellation& cancel);
  void run_bootstrap(const std::string& container, const Sink& log, const Cancellation& cancel);
  std::string commit(const std::string& container, const CommitSpec& spec);
  void prune(const std::string& keep, const Sink& notice);

  ContainerRuntime& runtime_;
  ImageStore& images_;
  RunIdentity identity_;
  Settings settings_;
};

/// The configured files of a recipe as a tar to unpack in /etc: a directory pkgkiln.conf with
/// those that aren't empty, all root's.
std::string recipe_files_as_tar(const ImageRecipe& recipe);

}  // namespace pkgkiln
