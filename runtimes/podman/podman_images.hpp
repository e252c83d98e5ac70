#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/runtime/image_store.hpp"
#include "core/runtime/types.hpp"
#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/images.hpp"
#include "runtimes/shared/json.hpp"

/// Images in the libpod API's JSON; pure.
namespace pkgkiln::runtimes::podman {

/// Ids come without "sha256:" from libpod and leave here with it.
std::string image_id(std::string id);

ImageInfo image_from(const json::Value& inspect);

PullMessage pull_message_from(const json::Value& message);

/// The `changes` parameters of a commit: instructions of a Containerfile. A value is put in
/// double quotes, of which libpod takes away one pair, whatever stands between.
std::vector<std::pair<std::string, std::string>> commit_changes(const CommitSpec& spec);

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
