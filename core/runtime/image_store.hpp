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

/// The port to the images of an engine, apart from ContainerRuntime since an engine may run
/// containers and yet be unable to commit. Thread-safe. Errors: RuntimeError, Cancelled.
class ImageStore {
 public:
  virtual ~ImageStore() = default;

  /// Fetches the image from its registry even if an older one of that name is here. `progress`
  /// gets lines of text for people, without newlines. `not_found`: the registry has no such image
  /// or tag, or hides it; `unreachable`: the registry doesn't answer; also when the engine hides
  /// that in a 200.
  virtual ImageInfo pull(const ImageRef& ref, const Sink& progress, const Cancellation& cancel) = 0;

  /// Makes an image of the container's files; volumes are not part of it. Returns its id.
  virtual std::string commit(const std::string& container, const CommitSpec& spec) = 0;

  /// By id or full name; nothing when it isn't here. Never asks a registry.
  virtual std::optional<ImageInfo> inspect(const std::string& image) = 0;

  /// Removes the image and its names. `conflict` when a container still uses it; no error when it
  /// is gone already.
  virtual void remove(const std::string& image) = 0;

  /// All that have every one of these labels.
  virtual std::vector<ImageInfo> list(const Labels& labels) = 0;
};

}  // namespace pkgkiln
