#include "core/journal/build_record_json.hpp"

#include <array>
#include <limits>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <utility>

#include "core/base/error.hpp"

namespace pkgkiln {

namespace {

using Clock = std::chrono::system_clock;

constexpr int kFormat = 1;
constexpr std::size_t kMostItems = 10'000;

/// The members that are plain text, in the order in which they are written.
template <typename Record>
auto texts_of(Record& build) {
  return std::array{std::pair{"build", &build.build},   std::pair{"target", &build.target},
                    std::pair{"url", &build.url},       std::pair{"branch", &build.branch},
                    std::pair{"path", &build.path},     std::pair{"repository", &build.repository},
                    std::pair{"commit", &build.commit}, std::pair{"image", &build.image},
                    std::pair{"step", &build.step},     std::pair{"why", &build.why}};
}

/// Those that records of earlier versions don't have.
template <typename Record>
auto later_texts_of(Record& build) {
  return std::array{std::pair{"tree", &build.tree},
                    std::pair{"conditions", &build.conditions},
                    std::pair{"hint", &build.hint},
                    std::pair{"built_from", &build.built_from},
                    std::pair{"host", &build.host},
                    std::pair{"version", &build.version},
                    std::pair{"previous_version", &build.previous_version}};
}

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void add(Writer& writer, const char* name, const std::string& text) {
  writer.Key(name);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void add(Writer& writer, const char* name, std::int64_t number) {
  writer.Key(name);
  writer.Int64(number);
}

void add(Writer& writer, const char* name, Clock::time_point time) {
  add(writer, name,
      std::int64_t{duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count()});
}

/// An array of objects, whose members `write` adds.
template <typename Item, typename Write>
void add_list(Writer& writer, const char* name, const std::vector<Item>& items, Write write) {
  writer.Key(name);
  writer.StartArray();
  for (const auto& item : items) {
    writer.StartObject();
    write(item);
    writer.EndObject();
  }
  writer.EndArray();
}

[[noreturn]] void refuse(const std::string& member, const char* expected) {
  throw Error("the record of a build is damaged")
      .because("its member '" + member + "' is not " + expected);
}

const rapidjson::Value& member(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd()) refuse(name, "there");
  return found->value;
}

std::string text_of(const rapidjson::Value& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.IsString()) refuse(name, "a text");
  return {value.GetString(), value.GetStringLength()};
}

std::int64_t number_of(const rapidjson::Value& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.IsInt64()) refuse(name, "a whole number");
  return value.GetInt64();
}

Clock::time_point time_of(const rapidjson::Value& object, const char* name) {
  const std::chrono::nanoseconds since(number_of(object, name));
  return Clock::time_point(std::chrono::duration_cast<Clock::duration>(since));
}

/// Records of earlier versions don't have it.
std::uint64_t bytes_of(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd()) return 0;
  if (!found->value.IsUint64()) refuse(name, "a number of bytes");
  return found->value.GetUint64();
}

bool forced_of(const rapidjson::Value& object) {
  const auto found = object.FindMember("forced");
  if (found == object.MemberEnd()) return false;
  if (!found->value.IsBool()) refuse("forced", "true or false");
  return found->value.GetBool();
}

const rapidjson::Value& list_of(const rapidjson::Value& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.IsArray() || value.Size() > kMostItems) refuse(name, "a list of bounded length");
  return value;
}

void check_format(const rapidjson::Document& document) {
  if (document.HasParseError())
    throw Error("the record of a build is damaged")
        .because(rapidjson::GetParseError_En(document.GetParseError()));
  if (!document.IsObject()) throw Error("the record of a build is damaged: it is no JSON object");
  if (number_of(document, "format") != kFormat)
    throw Error("the record of a build has a format of another version");
}

}  // namespace

std::string to_json(const BuildRecord& build) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  add(writer, "format", kFormat);
  for (const auto& [name, text] : texts_of(build)) add(writer, name, *text);
  for (const auto& [name, text] : later_texts_of(build)) add(writer, name, *text);
  add(writer, "status", std::string(word(build.status)));
  add(writer, "log", build.log.string());
  add(writer, "exit_code", build.exit_code);
  add(writer, "started", build.started);
  add(writer, "finished", build.finished);
  writer.Key("peak_memory");
  writer.Uint64(build.peak_memory);
  writer.Key("forced");
  writer.Bool(build.forced);
  add_list(writer, "steps", build.steps, [&](const auto& step) {
    add(writer, "step", step.step);
    add(writer, "milliseconds", std::int64_t{step.took.count()});
  });
  add_list(writer, "vcs_sources", build.vcs_sources, [&](const auto& source) {
    add(writer, "source", source.source);
    add(writer, "commit", source.commit);
  });
  add_list(writer, "files", build.files, [&](const auto& file) {
    add(writer, "file_name", file.file_name);
    add(writer, "sha256", file.sha256);
    add(writer, "size", static_cast<std::int64_t>(file.size));
  });
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

BuildRecord build_record_from_json(const std::string& text) {
  rapidjson::Document document;
  // Iterative: a deep nesting must not exhaust the stack.
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  check_format(document);
  BuildRecord build;
  for (const auto& [name, field] : texts_of(build)) *field = text_of(document, name);
  for (const auto& [name, field] : later_texts_of(build))
    if (document.HasMember(name)) *field = text_of(document, name);
  const auto status = status_of(text_of(document, "status"));
  if (!status) refuse("status", "a known word");
  build.status = *status;
  build.log = text_of(document, "log");
  const auto exit_code = number_of(document, "exit_code");
  if (exit_code < std::numeric_limits<int>::min() || exit_code > std::numeric_limits<int>::max())
    refuse("exit_code", "an exit code");
  build.exit_code = static_cast<int>(exit_code);
  build.started = time_of(document, "started");
  build.finished = time_of(document, "finished");
  build.peak_memory = bytes_of(document, "peak_memory");
  build.forced = forced_of(document);
  if (document.HasMember("steps"))  // not in records of earlier versions
    for (const auto& step : list_of(document, "steps").GetArray()) {
      if (!step.IsObject()) refuse("steps", "a list of objects");
      build.steps.push_back(
          {text_of(step, "step"), std::chrono::milliseconds(number_of(step, "milliseconds"))});
    }
  for (const auto& source : list_of(document, "vcs_sources").GetArray()) {
    // A text alone is from before commits were recorded.
    if (source.IsString())
      build.vcs_sources.push_back({{source.GetString(), source.GetStringLength()}, {}});
    else if (source.IsObject())
      build.vcs_sources.push_back({text_of(source, "source"), text_of(source, "commit")});
    else
      refuse("vcs_sources", "a list of objects");
  }
  for (const auto& file : list_of(document, "files").GetArray()) {
    if (!file.IsObject()) refuse("files", "a list of objects");
    build.files.push_back(
        {text_of(file, "file_name"), text_of(file, "sha256"), bytes_of(file, "size")});
  }
  return build;
}

}  // namespace pkgkiln
