#include <cmath>
#include <fmt/format.h>

#include "config/loading.hpp"

namespace pkgkiln::config {

namespace {

namespace fs = std::filesystem;

/// Nothing, or what was expected instead.
using Expected = std::string;

bool is_path(std::string_view text) {
  const auto first = text.substr(0, text.find('/'));
  return text.starts_with('/') || first == "." || first == ".." || first == "~";
}

class Assignment {
 public:
  Assignment(const Key& key, const Value& value, const PathBase& base, Problems& problems)
      : key_(key), value_(value), base_(base), problems_(problems) {}

  Expected operator()(std::string* slot) const { return store_text(*slot); }
  Expected operator()(Secret* slot) const;
  Expected operator()(fs::path* slot) const;
  Expected operator()(std::vector<std::string>* slot) const;
  Expected operator()(std::chrono::seconds* slot) const;
  Expected operator()(std::optional<std::uint64_t>* slot) const;
  Expected operator()(std::optional<double>* slot) const;
  Expected operator()(std::int64_t* slot) const;
  Expected operator()(bool* slot) const;
  Expected operator()(TargetKind* slot) const;
  Expected operator()(Checkout* slot) const;

  void complain(const Value& value, const Expected& expected) const {
    problems_.add(value.origin, fmt::format("{}: expected {}, found {}", key_.full_name(), expected,
                                            key_.secret() ? "*****" : shown(value)));
    complained_ = true;
  }
  bool complained() const { return complained_; }

 private:
  template <class T>
  const T* as() const {
    return std::get_if<T>(&value_.data);
  }
  Expected store_text(std::string& slot) const;
  bool may_be_empty() const { return !key_.required && key_.default_value.empty(); }
  fs::path resolved(const std::string& text) const;
  Expected needs_no_home(const std::string& text) const;

  const Key& key_;
  const Value& value_;
  const PathBase& base_;
  Problems& problems_;
  mutable bool complained_ = false;
};

Expected Assignment::store_text(std::string& slot) const {
  const auto* given = as<std::string>();
  if (given == nullptr) return "text in quotes";
  std::string text = *given;
  if (key_.may_be_path && is_path(text)) {
    if (auto expected = needs_no_home(text); !expected.empty()) return expected;
    text = resolved(text).string();
    if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  }
  if (!text.empty() || !may_be_empty())
    if (auto expected = key_.check(text); !expected.empty()) return expected;
  slot = text;
  return {};
}

Expected Assignment::operator()(Secret* slot) const {
  std::string text;
  auto expected = store_text(text);
  if (expected.empty()) *slot = Secret(text);
  return expected;
}

Expected Assignment::needs_no_home(const std::string& text) const {
  const bool names_home = text == "~" || text.starts_with("~/");
  return base_.home.empty() && names_home ? "a path without \"~\" (HOME is not set)" : "";
}

fs::path Assignment::resolved(const std::string& text) const {
  if (text.empty()) return {};
  if (text == "~") return base_.home;
  const auto path = text.starts_with("~/") ? base_.home / text.substr(2) : fs::path(text);
  return (base_.directory / path).lexically_normal();
}

Expected Assignment::operator()(fs::path* slot) const {
  std::string text;
  if (auto expected = store_text(text); !expected.empty()) return expected;
  if (auto expected = needs_no_home(text); !expected.empty()) return expected;
  *slot = resolved(text);
  return {};
}

Expected Assignment::operator()(std::vector<std::string>* slot) const {
  const auto* given = as<std::vector<Value>>();
  const std::vector<Value> one{value_};
  if (key_.may_be_one && as<std::string>() != nullptr) given = &one;
  if (given == nullptr) return key_.may_be_one ? "text or an array of texts" : "an array of texts";
  std::vector<std::string> words;
  bool all_fine = true;
  for (const auto& element : *given) {
    const auto* text = std::get_if<std::string>(&element.data);
    words.push_back(text != nullptr ? *text : std::string());
    const Expected expected = text != nullptr ? key_.check(words.back()) : "text in quotes";
    if (!expected.empty()) complain(element, expected);
    all_fine = all_fine && expected.empty();
  }
  if (all_fine) *slot = std::move(words);
  return {};
}

/// Units may stand in text only; a bare integer counts the smallest.
std::string number_with_unit(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.data)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return std::to_string(*number);
  return {};
}

Expected Assignment::operator()(std::chrono::seconds* slot) const {
  const auto duration = parse_duration(number_with_unit(value_));
  if (!duration) return "a duration such as \"2h\"";
  const std::chrono::seconds minimum(key_.minimum);
  if (*duration < minimum) return "a duration of at least " + toml_string(format_duration(minimum));
  *slot = *duration;
  return {};
}

Expected Assignment::operator()(std::optional<std::uint64_t>* slot) const {
  const auto size = parse_size(number_with_unit(value_));
  if (!size) return "a size such as \"4G\"";
  const auto minimum = static_cast<std::uint64_t>(key_.minimum);
  if (*size < minimum) return "a size of at least " + toml_string(format_size(minimum));
  *slot = *size;
  return {};
}

Expected Assignment::operator()(std::optional<double>* slot) const {
  double number = 0;
  if (const auto* integer = as<std::int64_t>()) number = static_cast<double>(*integer);
  if (const auto* floating = as<double>()) number = *floating;
  if (!std::isfinite(number) || number <= 0) return "a number above 0";
  *slot = number;
  return {};
}

Expected Assignment::operator()(std::int64_t* slot) const {
  const auto* number = as<std::int64_t>();
  if (number == nullptr || *number < key_.minimum)
    return fmt::format("an integer of at least {}", key_.minimum);
  *slot = *number;
  return {};
}

Expected Assignment::operator()(bool* slot) const {
  const auto* truth = as<bool>();
  if (truth == nullptr) return "true or false";
  *slot = *truth;
  return {};
}

Expected Assignment::operator()(TargetKind* slot) const {
  const auto* text = as<std::string>();
  if (text == nullptr || (*text != "git" && *text != "url")) return R"("git" or "url")";
  *slot = *text == "git" ? TargetKind::git : TargetKind::url;
  return {};
}

}  // namespace

Expected Assignment::operator()(Checkout* slot) const {
  const auto* text = as<std::string>();
  const auto checkout = text != nullptr ? checkout_of(*text) : std::nullopt;
  if (!checkout) return R"("directory", "repository" or "clone")";
  *slot = *checkout;
  return {};
}

bool assign(const Key& key, const Slot& slot, const Value& value, const PathBase& base,
            Problems& problems) {
  const Assignment assignment(key, value, base, problems);
  const auto expected = std::visit(assignment, slot);
  if (!expected.empty()) assignment.complain(value, expected);
  return !assignment.complained();
}

}  // namespace pkgkiln::config
