#pragma once

#include <string>
#include <string_view>

namespace pkgkiln {

/// The name of an image, after the reference grammar of the OCI distribution specification:
/// [registry[:port]/]repository[:tag][@digest].
struct ImageRef {
  std::string registry;    // "docker.io"; "localhost" for images that only live in an engine
  std::string repository;  // "library/archlinux"
  std::string tag;         // "latest"; empty only when there is a digest
  std::string digest;      // "sha256:…" or empty

  /// Fills in what is left out as Docker does: docker.io, library/, latest. A first component is
  /// a registry when it has a dot or a colon or is "localhost". Throws UsageError.
  static ImageRef parse(std::string_view text);

  /// registry/repository, without tag and digest.
  std::string name() const { return registry + "/" + repository; }
  /// The full name, as sent to an engine.
  std::string full() const;

  bool operator==(const ImageRef&) const = default;
};

}  // namespace pkgkiln
