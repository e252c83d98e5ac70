#include "core/publish/provenance.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <fmt/format.h>
#include <map>
#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <utility>

#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/git/remote_url.hpp"
#include "core/package/build_info.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "core/targets/target_checks.hpp"

namespace pkgkiln {

namespace {

constexpr std::size_t kLongestValue = 8'192;
constexpr std::size_t kMostDependencies = 100'000;
constexpr const char* kStatement = "https://in-toto.io/Statement/v1";
constexpr const char* kPredicate = "https://slsa.dev/provenance/v1";
constexpr const char* kBuildType = "urn:pkgkiln:makepkg:1";

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

/// A statement that was read, piece by piece; throws Error for what isn't as it must be.
class Reading {
 public:
  explicit Reading(std::string_view statement) {
    json_.Parse<rapidjson::kParseIterativeFlag>(statement.data(), statement.size());
    if (json_.HasParseError()) throw bad("it is no JSON");
  }

  static Error bad(const std::string& why) {
    return Error("cannot use the record of how it was made").because(why);
  }

  const rapidjson::Value* at(const std::string& pointer) const {
    return rapidjson::Pointer(pointer.c_str(), pointer.size()).Get(json_);
  }
  /// Empty where there is none.
  std::string text(const std::string& pointer) const {
    const auto* found = at(pointer);
    if (found == nullptr) return {};
    if (!found->IsString() || found->GetStringLength() > kLongestValue)
      throw bad(pointer + " is no text of bounded length");
    std::string value(found->GetString(), found->GetStringLength());
    if (has_control_characters(value)) throw bad(pointer + " holds control characters");
    return value;
  }
  /// One that must be there, and that the check has nothing to say against.
  template <typename Check>
  std::string text(const std::string& pointer, Check check) const {
    auto value = text(pointer);
    if (const std::string expected = check(value); !expected.empty())
      throw bad(fmt::format("{} is '{}' instead of {}", pointer, printable(value, 200), expected));
    return value;
  }

 private:
  rapidjson::Document json_;
};

std::string check_object_id(const std::string& text) {
  return git::is_object_id(text) ? "" : "a commit's id";
}

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
  json.text("_type", kStatement);
  json.begin_list("subject");
  json.resource(package.name.text(), "", {{"sha256", package.sha256}});
  json.end_list();
  json.text("predicateType", kPredicate);
  json.begin("predicate");
  json.begin("buildDefinition");
  json.text("buildType", kBuildType);
  json.begin("externalParameters");
  json.text("target", build.target);
  json.text("url", build.url);
  json.text("branch", build.branch);
  json.text("path", build.path);
  json.text("checkout", word(checkout));
  json.end();
  json.begin("internalParameters");
  json.text("arch", arch);
  json.truth("sealed", sealed);
  if (approval) {
    json.begin("approval");
    json.text("how", approval->how);
    json.text("by", approval->by);
    json.text("at", time_text(approval->at));
    json.end();
  }
  json.end();
  json.begin_list("resolvedDependencies");
  if (kind == TargetKind::url)
    json.resource("recipe", build.url, {{"sha256", build.commit}});
  else
    json.resource("recipe", build.url, {{"gitCommit", build.commit}, {"gitTree", build.tree}});
  json.resource("base image", base_image, {{"sha256", hex_part(base_digest)}});
  json.resource("builder image", "", {{"sha256", hex_part(build.image)}});
  for (const auto& [source, digests] : sources) {
    Json::Members members;
    for (const auto& [name, value] : digests) members.emplace_back(name, value);
    for (const auto& vcs : build.vcs_sources)
      if (vcs.source == source) members.emplace_back("gitCommit", vcs.commit);
    json.resource("source", displayable_url(source), members);
  }
  for (const auto& installed : pacman::BuildInfo::of(package.path).installed)
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

std::pair<RecordedFile, Provenance> Provenance::parse(std::string_view statement) {
  const Reading json(statement);
  const auto same = [](std::string_view expected) {
    return [expected](const std::string& text) {
      return text == expected ? std::string() : fmt::format("'{}'", expected);
    };
  };
  json.text("/_type", same(kStatement));
  json.text("/predicateType", same(kPredicate));
  const std::string made = "/predicate/buildDefinition", outer = made + "/externalParameters",
                    inner = made + "/internalParameters", parts = made + "/resolvedDependencies";
  json.text(made + "/buildType", same(kBuildType));
  RecordedFile file;
  file.file_name = json.text("/subject/0/name", [](const std::string& text) {
    return pacman::PackageFileName::parse(text) ? "" : "the name of a package file";
  });
  file.sha256 = json.text("/subject/0/digest/sha256", [](const std::string& text) {
    return text.size() == 64 && is_hex(text) ? "" : "a SHA-256";
  });

  Provenance how;
  how.build.target = json.text(outer + "/target", check_target_name);
  how.build.url = json.text(outer + "/url", check_target_url);
  how.build.branch = json.text(outer + "/branch");
  if (!how.build.branch.empty()) json.text(outer + "/branch", check_branch);
  how.build.path = json.text(outer + "/path", check_directory);
  const auto checkout = json.text(outer + "/checkout");
  if (!checkout.empty()) {
    const auto known = checkout_of(checkout);
    if (!known) throw Reading::bad(outer + "/checkout is no such word");
    how.checkout = *known;
  }
  how.arch = json.text(inner + "/arch", check_arch);
  const auto* sealed = json.at(inner + "/sealed");
  how.sealed = sealed == nullptr || !sealed->IsBool() || sealed->GetBool();
  how.build.build = json.text("/predicate/runDetails/metadata/invocationId");

  const auto* list = json.at(parts);
  if (list == nullptr || !list->IsArray() || list->Size() > kMostDependencies)
    throw Reading::bad(parts + " is no list of bounded length");
  for (rapidjson::SizeType i = 0; i < list->Size(); ++i) {
    const auto part = parts + "/" + std::to_string(i);
    const auto name = json.text(part + "/name");
    if (name == "recipe") {
      const bool is_file = json.at(part + "/digest/sha256") != nullptr;
      how.kind = is_file ? TargetKind::url : TargetKind::git;
      how.build.commit =
          json.text(part + (is_file ? "/digest/sha256" : "/digest/gitCommit"), check_object_id);
      how.build.tree = is_file ? how.build.commit : json.text(part + "/digest/gitTree");
    } else if (name == "base image") {
      how.base_image = json.text(part + "/uri");
      how.base_digest = json.text(part + "/digest/sha256");
    } else if (name == "source" && json.at(part + "/digest/gitCommit") != nullptr) {
      how.build.vcs_sources.push_back(
          {json.text(part + "/uri"), json.text(part + "/digest/gitCommit", check_object_id)});
    }
  }
  if (how.build.commit.empty()) throw Reading::bad("it names no recipe");
  return {file, how};
}

}  // namespace pkgkiln
