#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/cancellation.hpp"
#include "core/targets/packaging_source.hpp"

namespace pkgkiln {

struct Download {
  std::string content;
  /// By which the server tells whether this still is the content (RFC 9110, 8.8.3); empty where
  /// that isn't sure. Times don't tell it: what is put back in its place may be older.
  std::string etag;
};

/// What is behind an http, https (redirects followed) or file URL; nothing when the server says
/// that it still is what it gave that `etag`. Throws Error, with the URL as it may be shown and
/// what to do, when there is none, or more than `limit` bytes.
std::optional<Download> download(const std::string& url, const std::string& etag, std::size_t limit,
                                 const Cancellation& cancel);

/// Whether that is a strong ETag of bounded length.
bool is_etag(std::string_view text);

/// One PKGBUILD behind an http, https or file URL, at most 4 MiB. Asking transfers it, unless the
/// server knows by the ETag that it gave the last one that it still is that; it is kept under its
/// SHA-256 in the mirror directory, where the five that were asked for last stay.
class UrlSource : public PackagingSource {
 public:
  UrlSource(std::filesystem::path mirror, std::string url);

  git::Tip ask(const Cancellation& cancel) override;
  git::Tip fetch(const git::Tip& tip, const Cancellation& cancel) override;
  bool recover(const std::string& commit, const Cancellation& cancel) override;
  git::Mirror::Content content(const std::string& commit) const override { return {commit, {}}; }
  bool surely_has_tree(const std::string& commit, const std::string& tree) const override {
    return commit == tree;
  }
  std::optional<std::string> read_file(const std::string& commit,
                                       const std::string& name) const override;
  std::vector<git::Mirror::File> files(const std::string& commit, std::uint64_t limit,
                                       const Cancellation& cancel) const override;
  std::time_t time(const std::string&) const override { return git::kTimeless; }
  void export_tar(const std::string& commit, int uid, const Sink& tar,
                  const Cancellation& cancel) const override;

 private:
  /// One that was downloaded before.
  struct Known {
    std::string commit, etag;
  };
  Known known() const;
  void remember(const Known& latest) const;
  std::filesystem::path kept(const std::string& commit) const;
  bool keep(const std::string& commit) const;

  std::filesystem::path mirror_;
  std::string url_;
};

}  // namespace pkgkiln
