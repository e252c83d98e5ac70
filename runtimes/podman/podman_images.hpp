#pragma once

#include <memory>

#include "core/runtime/image_store.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes::podman {

/// Images of Podman, by the libpod API.
class PodmanImages final : public ImageStore {
 public:
  explicit PodmanImages(std::shared_ptr<const EngineClient> engine) : engine_(std::move(engine)) {}

  ImageInfo pull(const ImageRef& ref, const Sink& progress, const Cancellation& cancel) override;
  std::string commit(const std::string& container, const CommitSpec& spec) override;
  std::optional<ImageInfo> inspect(const std::string& image) override;
  void remove(const std::string& image) override;
  std::vector<ImageInfo> list(const Labels& labels) override;

 private:
  std::shared_ptr<const EngineClient> engine_;
};

}  // namespace pkgkiln::runtimes::podman
