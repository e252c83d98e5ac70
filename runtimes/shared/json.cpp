#include "runtimes/shared/json.hpp"

namespace pkgkiln::runtimes::json {

std::optional<Document> parse(std::string_view text) {
  Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError()) return std::nullopt;
  return document;
}

const Value& at(const Value& object, Path path) {
  static const Value null;
  const Value* value = &object;
  for (const char* key : path) {
    if (!value->IsObject()) return null;
    const auto member = value->FindMember(key);
    if (member == value->MemberEnd()) return null;
    value = &member->value;
  }
  return *value;
}

std::string text(const Value& value, Path path) {
  const auto& found = at(value, path);
  return found.IsString() ? std::string(found.GetString(), found.GetStringLength()) : "";
}

bool boolean(const Value& value, Path path) {
  const auto& found = at(value, path);
  return found.IsBool() && found.GetBool();
}

std::map<std::string, std::string> text_map(const Value& value, Path path) {
  std::map<std::string, std::string> map;
  const auto& found = at(value, path);
  if (!found.IsObject()) return map;
  for (const auto& member : found.GetObject())
    if (member.value.IsString()) map[text(member.name)] = text(member.value);
  return map;
}

std::vector<std::string> text_list(const Value& value, Path path) {
  std::vector<std::string> list;
  const auto& found = at(value, path);
  if (!found.IsArray()) return list;
  for (const auto& item : found.GetArray())
    if (item.IsString()) list.push_back(text(item));
  return list;
}

std::vector<std::string> keys(const Value& value, Path path) {
  std::vector<std::string> list;
  const auto& found = at(value, path);
  if (!found.IsObject()) return list;
  for (const auto& member : found.GetObject()) list.push_back(text(member.name));
  return list;
}

void write(Writer& out, const std::vector<std::string>& list) {
  out.StartArray();
  for (const auto& item : list) out.String(item);
  out.EndArray();
}

void write(Writer& out, const std::map<std::string, std::string>& map) {
  out.StartObject();
  for (const auto& [key, value] : map) {
    out.String(key);
    out.String(value);
  }
  out.EndObject();
}

std::string label_filters(const std::map<std::string, std::string>& labels) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : labels) pairs.push_back(key + "=" + value);
  return object([&](Writer& out) {
    if (!pairs.empty()) member(out, "label", pairs);
  });
}
}  // namespace pkgkiln::runtimes::json

namespace pkgkiln::runtimes {

json::Document require_json(const EngineClient& client, const std::string& doing,
                            const net::Request& request, const Cancellation& cancel) {
  return parse_json(client, doing, client.require(doing, request, cancel));
}

json::Document parse_json(const EngineClient& client, const std::string& doing,
                          const net::Response& response) {
  auto document = json::parse(response.body);
  if (!document)
    throw client.error(RuntimeError::Kind::malformed, doing,
                       "its answer is no JSON: " + one_line(response.body.substr(0, 80)));
  return std::move(*document);
}

net::Request get(std::string target) {
  net::Request request;
  request.target = std::move(target);
  return request;
}

net::Request remove(std::string target) {
  net::Request request;
  request.method = "DELETE";
  request.target = std::move(target);
  return request;
}

net::Request post(std::string target, std::string json_body) {
  net::Request request;
  request.method = "POST";
  request.target = std::move(target);
  if (!json_body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  request.text = std::move(json_body);
  return request;
}

}  // namespace pkgkiln::runtimes
