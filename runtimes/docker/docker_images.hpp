#pragma once

#include <memory>
#include <string>

#include "core/runtime/image_store.hpp"
#include "core/runtime/types.hpp"
#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/images.hpp"
#include "runtimes/shared/json.hpp"

/// Images in the Docker engine API's JSON; pure.
namespace pkgkiln::runtimes::docker {

ImageInfo image_from(const json::Value& inspect);

PullMessage pull_message_from(const json::Value& message);

/// Images of a Docker engine, by the engine API.
class DockerImages final : public ImageStore {
 public:
  explicit DockerImages(std::shared_ptr<const EngineClient> engine) : engine_(std::move(engine)) {}

  ImageInfo pull(const ImageRef& ref, const Sink& progress, const Cancellation& cancel) override;
  std::string commit(const std::string& container, const CommitSpec& spec) override;
  std::optional<ImageInfo> inspect(const std::string& image) override;
  void remove(const std::string& image) override;
  std::vector<ImageInfo> list(const Labels& labels) override;

 private:
  std::shared_ptr<const EngineClient> engine_;
};

}  // namespace pkgkiln::runtimes::docker
