#include "core/vieter/listing.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include "core/base/error.hpp"

namespace pkgkiln::vieter {

namespace {

using rapidjson::Value;

std::string text_of(const Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

class EntryReader {
 public:
  explicit EntryReader(const Value& value) : value_(value) {}

  ListingPage::Entry read() {
    if (!value_.IsObject()) {
      entry_.problem = "it is no JSON object";
      return entry_;
    }
    read_id();
    text("kind", entry_.kind);
    text("url", entry_.url);
    text("branch", entry_.branch);
    text("path", entry_.path);
    text("repo", entry_.repository);
    // One that is no text is told of with those that can't be read, and costs no target.
    if (const auto* schedule = member("schedule"))
      entry_.schedule = schedule->IsString() ? schedule->GetString() : "(no text)";
    read_arch();
    if (entry_.url.empty() && entry_.problem.empty()) entry_.problem = "it has no url";
    return entry_;
  }

 private:
  const Value* member(const char* name) const {
    const auto found = value_.FindMember(name);
    return found == value_.MemberEnd() || found->value.IsNull() ? nullptr : &found->value;
  }

  void complain(const char* name, const char* expected) {
    entry_.problem = std::string("its ") + name + " is no " + expected;
  }

  void text(const char* name, std::string& into) {
    const auto* found = member(name);
    if (found == nullptr) return;
    if (found->IsString())
      into = text_of(*found);
    else
      complain(name, "text");
  }

  void read_id() {
    const auto* found = member("id");
    if (found == nullptr) return;
    if (found->IsInt64() && found->GetInt64() > 0)
      entry_.id = found->GetInt64();
    else if (!found->IsString())  // 0.2 has texts
      complain("id", "number");
  }

  void read_arch() {
    const auto* list = member("arch");
    if (list == nullptr) return;
    if (!list->IsArray()) return complain("arch", "list");
    entry_.has_arch = true;
    for (const auto& item : list->GetArray()) {
      const Value* value = &item;
      if (item.IsObject() && item.HasMember("value")) value = &item["value"];
      if (!value->IsString()) return complain("arch", "list of texts");
      entry_.arch.push_back(text_of(*value));
    }
  }

  const Value& value_;
  ListingPage::Entry entry_;
};

Error not_a_listing(std::string why) {
  return Error("the answer is no list of targets").because(std::move(why));
}

}  // namespace

ListingPage ListingPage::parse(const std::string& json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError())
    throw not_a_listing(std::string("it is not JSON: ") +
                        rapidjson::GetParseError_En(document.GetParseError()));
  ListingPage page;
  const Value* list = &document;
  if (document.IsObject()) {
    if (!document.HasMember("data")) throw not_a_listing("it has no data");
    list = &document["data"];
    page.shape = list->IsArray() ? Shape::data_array : Shape::data_map;
  }
  const auto check_count = [](std::size_t count) {
    if (count > kMostEntries)
      throw not_a_listing("it has more than " + std::to_string(kMostEntries) + " entries");
  };
  if (list->IsArray()) check_count(list->Size());
  if (list->IsObject()) check_count(list->MemberCount());
  if (list->IsArray())
    for (const auto& item : list->GetArray()) page.entries.push_back(EntryReader(item).read());
  else if (list->IsObject())
    for (const auto& item : list->GetObject())
      page.entries.push_back(EntryReader(item.value).read());
  else
    throw not_a_listing("it is neither a list nor a map");
  return page;
}

}  // namespace pkgkiln::vieter
