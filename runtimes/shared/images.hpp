#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/runtime/image_ref.hpp"
#include "core/runtime/image_store.hpp"
#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/json.hpp"

namespace pkgkiln::runtimes {

/// One message of a pull's stream.
struct PullMessage {
  std::string line;   // for people; may be empty
  std::string error;  // empty: none
  /// What comes of one layer, by an engine that says so.
  std::string layer = {};
  std::uint64_t bytes = 0, total = 0;
  bool is_whole = false;
};

/// Adds up the layers of a pull.
class PulledLayers {
 public:
  /// False if that message tells nothing new of them.
  bool note(const PullMessage& message);
  std::uint64_t bytes() const;
  /// 0 until the sizes of all are known.
  std::uint64_t total() const;

 private:
  struct Layer {
    std::uint64_t bytes = 0, total = 0;
    bool is_whole = false;
  };
  std::map<std::string, Layer> layers_;
};

/// Images, by the calls that both engines have under the same paths.
class EngineImages : public ImageStore {
 public:
  ImageInfo pull(const ImageRef& ref, const Sink& progress, const Transferred& transferred,
                 const Cancellation& cancel) final;
  std::string commit(const std::string& container, const CommitSpec& spec) final;
  std::optional<ImageInfo> inspect(const std::string& image) final;
  void remove(const std::string& image) final;
  std::vector<ImageInfo> list(const Labels& labels) final;

 protected:
  explicit EngineImages(std::shared_ptr<const EngineClient> engine) : engine_(std::move(engine)) {}

  virtual net::Request pull_request(const ImageRef& ref) const = 0;
  virtual PullMessage pull_message(const json::Value& message) const = 0;
  /// `parameters` name the container and the image.
  virtual net::Request commit_request(const net::Headers& parameters, const CommitSpec& spec) const;

  const EngineClient& engine() const { return *engine_; }

 private:
  CommitSpec completed(const std::string& doing, const std::string& container,
                       const CommitSpec& spec) const;

  std::shared_ptr<const EngineClient> engine_;
};

// The rest is pure.

/// An image as it is inspected. libpod gives ids without "sha256:"; they leave here with it.
ImageInfo image_from(const json::Value& inspect);

/// The one name to ask for: engines don't take a tag and a digest together.
std::string pull_reference(const ImageRef& ref);

/// What the words of a failed pull mean: the registry doesn't have the image (or hides it), or
/// can't be reached. Both engines pass on the same answers of registries and the same network
/// errors.
RuntimeError::Kind classify_pull(std::string_view words);
/// What helps against what an engine says of a pull; empty where that says too little.
std::string pull_advice(const std::string& words);

/// The config of a commit as both engines take it in its body; `env` and `labels` as
/// committed_config makes them.
std::string commit_body(const CommitSpec& spec);

}  // namespace pkgkiln::runtimes
