#include "core/publish/provenance.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <utility>

#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/package/tar_reader.hpp"
#include "core/pkgbuild/srcinfo.hpp"

namespace pkgkiln {

namespace {

constexpr std::uint64_t kLongestBuildInfo = std::uint64_t{4} << 20U;
constexpr std::uint64_t kMostUnpacked = std::uint64_t{1} << 30U;
constexpr std::size_t kLongestValue = 8'192;

/// What is in the name of a checksum's array, in its order of strength, and in a statement.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kAlgorithms{
    {{"sha256sums", "sha256"},
     {"sha512sums", "sha512"},
     {"b2sums", "blake2b"},
     {"sha384sums", "sha384"},
     {"sha224sums", "sha224"},
     {"sha1sums", "sha1"}}};

/// A purl (github.com/package-url/purl-spec) of what .BUILDINFO calls "name-version-arch"; empty if
/// it can't be one.
std::string purl_of(const std::string& installed) {
  const auto name = pacman::PackageFileName::parse(installed + ".pkg.tar");
  if (!name) return {};
  std::string text = "pkg:alpm/arch/" + name->pkgname + "@" + name->version + "?arch=" + name->arch;
  for (auto at = text.find('+'); at != std::string::npos; at = text.find('+', at))
    text.replace(at, 1, "%2B");
  return text;
}

/// "name-version-arch" of each package that was installed; nothing if nobody says so.
std::vector<std::string> installed_in(const std::filesystem::path& package) {
  pacman::TarReader tar(package, {.bytes = kMostUnpacked});
  while (const auto entry = tar.next()) {
    if (entry->name != ".BUILDINFO") continue;
    std::vector<std::string> found;
    const auto content = tar.content(kLongestBuildInfo);
    constexpr std::string_view key = "installed = ";
    for (std::string_view rest = content; !rest.empty();)
      if (const auto line = take_until(rest, '\n'); line.starts_with(key))
        found.emplace_back(line.substr(key.size()));
    return found;
  }
  return {};
}

std::string time_text(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  char text[32] = {};
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", ::gmtime_r(&seconds, &parts));
  return text;
}

/// Of a text of the form "sha256:…".
std::string hex_part(const std::string& digest) {
  return digest.substr(digest.find(':') + 1);
}

/// Writes one object after another, members in order.
class Json {
 public:
  using Members = std::vector<std::pair<std::string_view, std::string>>;

  void begin(std::string_view name = {}) {
    key(name);
    writer_.StartObject();
  }
  void begin_list(std::string_view name) {
    key(name);
    writer_.StartArray();
  }
  void end() { writer_.EndObject(); }
  void end_list() { writer_.EndArray(); }
  /// Nothing of an empty text.
  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    key(name);
    const auto shown = printable(value.substr(0, kLongestValue));
    writer_.String(shown.data(), static_cast<rapidjson::SizeType>(shown.size()));
  }
  void truth(std::string_view name, bool value) {
    key(name);
    writer_.Bool(value);
  }
  /// A ResourceDescriptor of in-toto.
  void resource(std::string_view name, std::string_view uri, const Members& digests) {
    begin();
    text("name", name);
    text("uri", uri);
    const auto is_known = [](const auto& digest) { return !digest.second.empty(); };
    if (std::any_of(digests.begin(), digests.end(), is_known)) {
      begin("digest");
      for (const auto& [algorithm, value] : digests) text(algorithm, value);
      end();
    }
    end();
  }
  std::string take() { return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n"; }

 private:
  void key(std::string_view name) {
    if (!name.empty()) writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace

std::filesystem::path provenance_path(const std::filesystem::path& package) {
  return package.string() + ".intoto.jsonl";
}

std::vector<SourceDigests> sources_of(std::string_view srcinfo, std::string_view arch) {
  std::map<std::string, std::vector<std::string>> values;
  while (!srcinfo.empty()) {
    auto line = trimmed(take_until(srcinfo, '\n'));
    if (line.starts_with("pkgname")) break;
    const auto key = trimmed(take_until(line, '='));
    values[std::string(key)].emplace_back(trimmed(line));
  }
  std::vector<std::string> suffixes{""};
  for (const auto& served : pacman::served_by(arch)) suffixes.push_back("_" + served);
  std::vector<SourceDigests> found;
  for (const auto& suffix : suffixes) {
    const auto& sources = values["source" + suffix];
    for (std::size_t i = 0; i < sources.size(); ++i) {
      SourceDigests one{sources[i], {}};
      for (const auto& [array, name] : kAlgorithms) {
        const auto& sums = values[std::string(array) + suffix];
        if (i < sums.size() && is_hex(lower_case(sums[i])))
          one.digests.emplace_back(name, lower_case(sums[i]));
      }
      found.push_back(std::move(one));
    }
  }
  return found;
}

std::string Provenance::statement(const pacman::PackageArchive& package) const {
  Json json;
  json.begin();
  json.text("_type", "https://in-toto.io/Statement/v1");
  json.begin_list("subject");
  json.resource(package.name.text(), "", {{"sha256", package.sha256}});
  json.end_list();
  json.text("predicateType", "https://slsa.dev/provenance/v1");
  json.begin("predicate");
  json.begin("buildDefinition");
  json.text("buildType", "urn:pkgkiln:makepkg:1");
  json.begin("externalParameters");
  json.text("target", build.target);
  json.text("url", build.url);
  json.text("branch", build.branch);
  json.text("path", build.path);
  json.end();
  json.begin("internalParameters");
  json.text("arch", arch);
  json.truth("sealed", sealed);
  json.end();
  json.begin_list("resolvedDependencies");
  // A plain PKGBUILD has no commit: its content's SHA-256 is in that place.
  const bool is_file = build.commit.size() == 64 && build.tree.size() != 64;
  json.resource("recipe", build.url,
                {{is_file ? "sha256" : "gitCommit", build.commit}, {"gitTree", build.tree}});
  json.resource("base image", base_image, {{"sha256", hex_part(base_digest)}});
  json.resource("builder image", "", {{"sha256", hex_part(build.image)}});
  for (const auto& [source, digests] : sources) {
    Json::Members members;
    for (const auto& [name, value] : digests) members.emplace_back(name, value);
    for (const auto& vcs : build.vcs_sources)
      if (vcs.source == source) members.emplace_back("gitCommit", vcs.commit);
    json.resource("source", displayable_url(source), members);
  }
  for (const auto& installed : installed_in(package.path))
    json.resource(installed, purl_of(installed), {});
  json.end_list();
  json.end();
  json.begin("runDetails");
  json.begin("builder");
  json.text("id", "urn:pkgkiln:host:" + host);
  json.begin("version");
  json.text("pkgkiln", version);
  json.end();
  json.end();
  json.begin("metadata");
  json.text("invocationId", build.build);
  json.text("startedOn", time_text(build.started));
  json.text("finishedOn", time_text(build.finished));
  json.end();
  json.end();
  json.end();
  json.end();
  return json.take();
}

}  // namespace pkgkiln
