#pragma once

#include "core/runtime/image_store.hpp"

namespace pkgkiln::fake {

struct State;

/// The fake engine's images.
class ImagePort final : public ImageStore {
 public:
  explicit ImagePort(State& state) : state_(state) {}

  ImageInfo pull(const ImageRef& ref, const Sink& progress, const Cancellation& cancel) override;
  std::string commit(const std::string& container, const CommitSpec& spec) override;
  std::optional<ImageInfo> inspect(const std::string& image) override;
  void remove(const std::string& image) override;
  std::vector<ImageInfo> list(const Labels& labels) override;

 private:
  State& state_;
};

}  // namespace pkgkiln::fake
