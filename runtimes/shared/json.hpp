#pragma once

#define RAPIDJSON_HAS_STDSTRING 1
#include <initializer_list>
#include <map>
#include <optional>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "runtimes/shared/engine_client.hpp"

/// Reading and writing engines' JSON. A member that is null, or of another type than expected,
/// counts as absent.
namespace pkgkiln::runtimes::json {

using Value = rapidjson::Value;
using Document = rapidjson::Document;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;
using Path = std::initializer_list<const char*>;

/// Nothing when `text` is no JSON. Deep nesting doesn't cost stack.
std::optional<Document> parse(std::string_view text);

/// The member at the end of a path of keys; a null value when there is none.
const Value& at(const Value& object, Path path);

/// The member at the end of a path, or what stands for an absent one: "", false, nothing.
std::string text(const Value& value, Path path = {});
bool boolean(const Value& value, Path path = {});
std::map<std::string, std::string> text_map(const Value& value, Path path = {});
std::vector<std::string> text_list(const Value& value, Path path = {});
std::vector<std::string> keys(const Value& value, Path path = {});

void write(Writer& out, const std::vector<std::string>& list);
void write(Writer& out, const std::map<std::string, std::string>& map);

/// A member of the object that is being written: text, a number, a boolean, a list or a map.
template <typename T>
void member(Writer& out, const char* key, const T& value) {
  out.Key(key);
  if constexpr (std::is_same_v<T, bool>) {
    out.Bool(value);
  } else if constexpr (std::is_unsigned_v<T>) {
    out.Uint64(value);
  } else if constexpr (std::is_integral_v<T>) {
    out.Int64(value);
  } else if constexpr (std::is_convertible_v<T, std::string>) {
    out.String(std::string(value));
  } else {
    write(out, value);
  }
}

/// Gives `fill` a writer inside an object and returns the JSON text.
template <typename Fill>
std::string object(Fill fill) {
  rapidjson::StringBuffer buffer;
  Writer out(buffer);
  out.StartObject();
  fill(out);
  out.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

/// `{"<key>": ["k=v", …]}`: the filters parameter of both engines' list calls.
std::string label_filters(const std::map<std::string, std::string>& labels);
}  // namespace pkgkiln::runtimes::json

namespace pkgkiln::runtimes {

/// The JSON of a 2xx answer; RuntimeError `malformed` when it is none.
json::Document require_json(const EngineClient& client, const std::string& doing,
                            const net::Request& request,
                            const Cancellation& cancel = Cancellation::never());

/// The JSON in the body of an answer already checked; `malformed` when it is none.
json::Document parse_json(const EngineClient& client, const std::string& doing,
                          const net::Response& response);

net::Request get(std::string target);
net::Request remove(std::string target);
net::Request post(std::string target, std::string json_body = {});

}  // namespace pkgkiln::runtimes
