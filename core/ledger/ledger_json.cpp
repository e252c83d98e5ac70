#include "core/ledger/ledger_json.hpp"

#include <cstdint>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <set>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/package/package_name.hpp"
#include "core/targets/target.hpp"

namespace pkgkiln {

namespace {

using Time = std::chrono::system_clock::time_point;

constexpr const char* kFormat = "pkgkiln-ledger";
constexpr int kVersion = 1;
constexpr std::size_t kMostItems = 1'000'000;
constexpr std::size_t kLongestText = 65'536;

class Writer {
 public:
  void text(const char* key, const std::string& value) {
    json_.Key(key);
    string(value);
  }
  void number(const char* key, std::int64_t value) {
    json_.Key(key);
    json_.Int64(value);
  }
  void time(const char* key, Time value) {
    text(key, fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                          fmt::gmtime(std::chrono::system_clock::to_time_t(value))));
  }
  void texts(const char* key, const std::vector<std::string>& values) {
    json_.Key(key);
    json_.StartArray();
    for (const auto& value : values) string(value);
    json_.EndArray();
  }
  template <typename Items, typename Write>
  void objects(const char* key, const Items& items, Write write) {
    json_.Key(key);
    json_.StartArray();
    for (const auto& item : items) object([&] { write(item); });
    json_.EndArray();
  }
  template <typename Write>
  void object(Write write) {
    json_.StartObject();
    write();
    json_.EndObject();
  }
  void key(const char* key) { json_.Key(key); }
  std::string take() const { return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n"; }

 private:
  void string(const std::string& value) {
    const auto clean = printable(value);
    json_.String(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json_{buffer_};
};

/// What approvals and denials have in common.
template <typename Decision>
void write_decision(Writer& json, const Decision& one, const char* verdict) {
  json.text("verdict", verdict);
  json.text("target", one.target);
  json.text("commit", one.commit);
  json.text("by", one.by);
  json.text("note", one.note);
  json.time("at", one.at);
  json.texts("rules", one.rules);
}

void write(Writer& json, const Approval& one) {
  write_decision(json, one, "approve");
  json.text("how", one.how);
  json.texts("allowed", one.allowed);
  json.text("pkgbase", one.pkgbase);
  json.text("tree", one.tree);
  json.number("pkgbase_id", one.pkgbase_id);
  json.number("last_modified", one.last_modified);
  if (!one.people) return;
  json.key("people");
  json.object([&] {
    json.text("maintainer", one.people->maintainer);
    json.texts("co_maintainers", one.people->co_maintainers);
    json.text("submitter", one.people->submitter);
  });
}

void write(Writer& json, const Denial& one) {
  write_decision(json, one, one.freeze ? "freeze" : "deny");
}

using Json = rapidjson::Value;

[[noreturn]] void refuse(const char* member, const char* expected) {
  throw Error("cannot read the exported ledger")
      .because(fmt::format("its member '{}' is not {}", member, expected));
}

const Json& member_of(const Json& object, const char* name) {
  if (!object.IsObject()) refuse(name, "in an object");
  const auto found = object.FindMember(name);
  if (found == object.MemberEnd()) refuse(name, "there");
  return found->value;
}

std::string plain_text(const Json& value, const char* name) {
  if (!value.IsString() || value.GetStringLength() > kLongestText) refuse(name, "a short text");
  std::string text(value.GetString(), value.GetStringLength());
  if (has_control_characters(text)) refuse(name, "a text without control characters");
  return text;
}

std::string text_of(const Json& object, const char* name) {
  return plain_text(member_of(object, name), name);
}

std::string checked(const Json& object, const char* name, bool (*fits)(std::string_view),
                    const char* expected) {
  auto text = text_of(object, name);
  if (!fits(text)) refuse(name, expected);
  return text;
}

bool is_hash(std::string_view text) {
  return text.empty() || (text.size() <= 64 && is_hex(text));
}

bool is_repository_name(std::string_view text) {
  return is_made_of(text, "@._+-") && text.front() != '.' && text.front() != '-';
}

std::string target_of(const Json& object) {
  return checked(object, "target", is_target_name, "the name of a target");
}

std::int64_t count_of(const Json& object, const char* name) {
  const auto& value = member_of(object, name);
  if (!value.IsInt64() || value.GetInt64() < 0) refuse(name, "a whole number");
  return value.GetInt64();
}

Time time_of(const Json& object, const char* name) {
  const auto text = text_of(object, name);
  std::tm fields{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &fields);
  // A clock's time has an end.
  if (end == nullptr || *end != '\0' || fields.tm_year < 70 || fields.tm_year > 300)
    refuse(name, "a time like 2026-10-02T12:00:00Z");
  return std::chrono::system_clock::from_time_t(::timegm(&fields));
}

const Json& array_of(const Json& object, const char* name) {
  const auto& value = member_of(object, name);
  if (!value.IsArray() || value.Size() > kMostItems) refuse(name, "a list of bounded length");
  return value;
}

std::vector<std::string> texts_of(const Json& object, const char* name) {
  std::vector<std::string> texts;
  for (const auto& value : array_of(object, name).GetArray()) {
    texts.push_back(plain_text(value, name));
    if (texts.back().empty()) refuse(name, "a list of words");
  }
  return texts;
}

template <typename Decision>
void read_decision(const Json& object, Decision& one) {
  one.target = target_of(object);
  one.commit = checked(object, "commit", is_hash, "a commit");
  one.by = text_of(object, "by");
  one.note = text_of(object, "note");
  one.at = time_of(object, "at");
  one.rules = texts_of(object, "rules");
}

Approval approval_of(const Json& object) {
  Approval one;
  read_decision(object, one);
  one.how = text_of(object, "how");
  if (one.how != "person" && one.how != "plain" && one.how != "first")
    refuse("how", "person, plain or first");
  one.allowed = texts_of(object, "allowed");
  one.pkgbase = text_of(object, "pkgbase");
  one.tree = checked(object, "tree", is_hash, "a tree");
  one.pkgbase_id = count_of(object, "pkgbase_id");
  one.last_modified = count_of(object, "last_modified");
  if (!object.HasMember("people")) return one;
  const auto& people = member_of(object, "people");
  one.people = People{text_of(people, "maintainer"), texts_of(people, "co_maintainers"),
                      text_of(people, "submitter")};
  return one;
}

std::variant<Approval, Denial> decision_of_json(const Json& object) {
  const auto verdict = text_of(object, "verdict");
  if (verdict == "approve") return approval_of(object);
  if (verdict != "deny" && verdict != "freeze") refuse("verdict", "approve, deny or freeze");
  Denial one;
  read_decision(object, one);
  one.freeze = verdict == "freeze";
  return one;
}

Held held_of_json(const Json& object) {
  return {target_of(object),
          checked(object, "commit", is_hash, "a commit"),
          text_of(object, "version_from"),
          text_of(object, "version_to"),
          texts_of(object, "rules"),
          time_of(object, "since"),
          text_of(object, "needed_by")};
}

OwnedName name_of_json(const Json& object) {
  OwnedName one{checked(object, "repository", is_repository_name, "the name of a repository"),
                checked(object, "pkgname", pacman::is_package_name, "the name of a package"),
                target_of(object), text_of(object, "source"), time_of(object, "since")};
  if (object.HasMember("replaces"))
    one.published = Pretensions{texts_of(object, "replaces"), texts_of(object, "provides")};
  return one;
}

AcceptedMaintainer maintainer_of(const Json& object) {
  auto name = text_of(object, "name");
  if (name.empty()) refuse("name", "a name");
  return {std::move(name), text_of(object, "by"), text_of(object, "note"), time_of(object, "at")};
}

template <typename Item>
std::vector<Item> items_of(const Json& document, const char* name, Item (*read)(const Json&)) {
  std::vector<Item> items;
  for (const auto& one : array_of(document, name).GetArray()) items.push_back(read(one));
  return items;
}

template <typename Items, typename Key>
void check_unique(const char* name, const Items& items, Key key) {
  std::set<decltype(key(*items.begin()))> seen;
  for (const auto& item : items)
    if (!seen.insert(key(item)).second) refuse(name, "a list that names each once");
}

}  // namespace

std::string to_json(const LedgerContents& contents) {
  Writer json;
  json.object([&] {
    json.text("format", kFormat);
    json.number("version", kVersion);
    json.objects("decisions", contents.decisions, [&](const auto& decision) {
      std::visit([&](const auto& one) { write(json, one); }, decision);
    });
    json.objects("held", contents.held, [&](const Held& one) {
      json.text("target", one.target);
      json.text("commit", one.commit);
      json.text("version_from", one.version_from);
      json.text("version_to", one.version_to);
      json.texts("rules", one.rules);
      json.time("since", one.since);
      json.text("needed_by", one.needed_by);
    });
    json.objects("names", contents.names, [&](const OwnedName& one) {
      json.text("repository", one.repository);
      json.text("pkgname", one.pkgname);
      json.text("target", one.target);
      json.text("source", one.source);
      json.time("since", one.since);
      if (!one.published) return;
      json.texts("replaces", one.published->replaces);
      json.texts("provides", one.published->provides);
    });
    json.objects("maintainers", contents.maintainers, [&](const AcceptedMaintainer& one) {
      json.text("name", one.name);
      json.text("by", one.by);
      json.text("note", one.note);
      json.time("at", one.at);
    });
  });
  return json.take();
}

LedgerContents ledger_from_json(std::string_view text) {
  rapidjson::Document document;
  // Iterative: a deep nesting must not exhaust the stack.
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
      text.data(), text.size());
  if (document.HasParseError())
    throw Error("cannot read the exported ledger")
        .because(rapidjson::GetParseError_En(document.GetParseError()));
  if (text_of(document, "format") != kFormat) refuse("format", kFormat);
  if (count_of(document, "version") > kVersion)
    throw Error("cannot read the exported ledger")
        .because("a newer version of pkgkiln wrote it")
        .advise("use that version");
  LedgerContents contents{
      items_of(document, "decisions", decision_of_json), items_of(document, "held", held_of_json),
      items_of(document, "names", name_of_json), items_of(document, "maintainers", maintainer_of)};
  check_unique("held", contents.held, [](const Held& one) { return one.target; });
  check_unique("names", contents.names,
               [](const OwnedName& one) { return std::pair(one.repository, one.pkgname); });
  check_unique("maintainers", contents.maintainers,
               [](const AcceptedMaintainer& one) { return one.name; });
  return contents;
}

}  // namespace pkgkiln
