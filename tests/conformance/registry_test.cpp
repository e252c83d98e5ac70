// [engine]: an image that every registry gives and no engine can unpack. The engine answers 200
// to the pull and tells of the failure inside it.

#include "core/base/digest.hpp"
#include "core/net/http.hpp"
#include "tests/catch.hpp"
#include "tests/conformance/failures.hpp"
#include "tests/conformance/sandbox.hpp"

using namespace pkgkiln;
using namespace conformance;

namespace {

constexpr const char* kManifestType = "application/vnd.docker.distribution.manifest.v2+json";
constexpr const char* kRepository = "/v2/conformance/broken";

/// Puts blobs and manifests into the registry of the tests.
class Registry {
 public:
  void put_blob(const std::string& content) const {
    const auto begun = send("POST", std::string(kRepository) + "/blobs/uploads/", "", "");
    const std::string location(begun.header("Location"));
    const auto path = location.substr(location.find("/v2/"));
    send("PUT",
         path + (path.find('?') == std::string::npos ? "?" : "&") +
             "digest=sha256:" + sha256_of(content),
         "application/octet-stream", content);
  }
  void put_manifest(const std::string& tag, const std::string& content) const {
    send("PUT", std::string(kRepository) + "/manifests/" + tag, kManifestType, content);
  }

 private:
  net::Response send(const std::string& method, const std::string& target, const std::string& type,
                     const std::string& body) const {
    net::Request request;
    request.method = method;
    request.target = target;
    if (!type.empty()) request.headers.emplace_back("Content-Type", type);
    request.text = body;
    auto response = client_.send(request);
    INFO(method << ' ' << target << ": " << response.body);
    REQUIRE(response.ok());
    return response;
  }

  mutable net::Client client_{{"http://" + required("PKGKILN_TEST_REGISTRY"), ""}};
};

std::string descriptor(const std::string& type, const std::string& content) {
  return R"({"mediaType":"application/vnd.docker.)" + type + R"(","size":)" +
         std::to_string(content.size()) + R"(,"digest":"sha256:)" + sha256_of(content) + "\"}";
}

}  // namespace

TEST_CASE("a pull that fails inside a 200 is an error", "[engine]") {
  Sandbox box;
  CHECK_FALSE(engine_socket().empty());
  const std::string layer = "neither gzip nor tar";
  const std::string config =
      R"({"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["sha256:)" +
      sha256_of(layer) + R"("]}})";
  const Registry registry;
  registry.put_blob(layer);
  registry.put_blob(config);
  registry.put_manifest("1", std::string(R"({"schemaVersion":2,"mediaType":")") + kManifestType +
                                 R"(","config":)" + descriptor("container.image.v1+json", config) +
                                 R"(,"layers":[)" +
                                 descriptor("image.rootfs.diff.tar.gzip", layer) + "]}");

  ImageRef ref = base_image();
  ref.repository = "conformance/broken";
  ref.tag = "1";
  const auto failure = failure_of([&] {
    box.images.pull(
        ref, [](std::string_view) {}, Cancellation::never());
  });
  CHECK(failure == "rejected");
  CHECK_FALSE(box.images.inspect(ref.full()));
}
