#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/stream.hpp"
#include "core/runtime/errors.hpp"
#include "core/runtime/image_ref.hpp"
#include "core/runtime/types.hpp"

namespace pkgkiln {

/// The port to an engine's images. It is apart from ContainerRuntime, since an engine may run
/// containers but not commit images. Thread-safe. Errors: RuntimeError, Cancelled.
class ImageStore {
 public:
  virtual ~ImageStore() = default;

  /// Fetches the image from its registry, even if the engine has an older one of that name.
  /// `progress` gets lines of text for people, without newlines;
  /// `transferred` hears of bytes from engines that count them, and may be empty. `not_found`: the
  /// registry has no such image or tag, or hides it. `unreachable`: the registry doesn't answer.
  /// Both also if the engine hides the error in a 200.
  virtual ImageInfo pull(const ImageRef& ref, const Sink& progress, const Transferred& transferred,
                         const Cancellation& cancel) = 0;
  ImageInfo pull(const ImageRef& ref, const Sink& progress, const Cancellation& cancel) {
    return pull(ref, progress, {}, cancel);
  }

  /// Makes an image of the container's files; volumes are not part of it. Returns its id.
  virtual std::string commit(const std::string& container, const CommitSpec& spec) = 0;

  /// By id or full name; nothing if the engine doesn't have it. Never asks a registry.
  virtual std::optional<ImageInfo> inspect(const std::string& image) = 0;

  /// Removes the image and its names. `conflict` if a container still uses it; no error if it is
  /// gone already.
  virtual void remove(const std::string& image) = 0;

  /// All images with every one of these labels.
  virtual std::vector<ImageInfo> list(const Labels& labels) = 0;
};

}  // namespace pkgkiln
