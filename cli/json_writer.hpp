#pragma once

#include <cstdint>
#include <functional>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <string>

#include "core/base/printable.hpp"

/// How results are written as JSON. contrib/pkgkiln.schema.json describes all of them.
namespace pkgkiln::cli::json {

/// Of every document. It changes when a member goes, or gets another meaning.
inline constexpr int kFormat = 1;

using Writer = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

/// Text from outside may be anything; JSON is UTF-8, and often ends on a terminal.
inline void string(Writer& writer, const std::string& value) {
  const auto clean = printable(value);
  writer.String(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
}

inline void text(Writer& writer, const char* name, const std::string& value) {
  writer.Key(name);
  string(writer, value);
}

inline void boolean(Writer& writer, const char* name, bool value) {
  writer.Key(name);
  writer.Bool(value);
}

template <typename Items, typename Write>
inline void list(Writer& writer, const char* name, const Items& items, Write write) {
  writer.Key(name);
  writer.StartArray();
  for (const auto& item : items) write(item);
  writer.EndArray();
}

inline void number(Writer& writer, const char* name, std::int64_t value) {
  writer.Key(name);
  writer.Int64(value);
}

template <typename Items, typename Write>
std::string document(const char* name, const Items& items, Write write,
                     const std::function<void(Writer& writer)>& beside = {}) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.SetIndent(' ', 2);
  writer.StartObject();
  number(writer, "format", kFormat);
  list(writer, name, items, [&](const auto& item) {
    writer.StartObject();
    write(writer, item);
    writer.EndObject();
  });
  if (beside) beside(writer);
  writer.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace pkgkiln::cli::json
