#include "config/edit.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>
#include <toml++/toml.h>
#include <utility>

#include "config/loading.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace pkgkiln::config {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kBlanksAndLines = " \t\r\n";

struct Range {
  std::size_t begin, end;
};

/// Bytes and lines of a document. A line has its end in it.
class Text {
 public:
  explicit Text(std::string_view text) : text_(text) {}

  /// A position of toml++ is a line and a code point in it, both from 1.
  std::size_t offset(const toml::source_position& position) const {
    std::size_t at = 0;
    for (auto line = position.line; line > 1; --line) at = line_end(at);
    if (at == 0 && text_.starts_with(kByteOrderMark)) at = kByteOrderMark.size();
    for (auto column = position.column; column > 1 && at < text_.size(); --column) do
        ++at;
      while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0U) == 0x80U);
    return at;
  }
  Range range(const toml::source_region& region) const {
    return {offset(region.begin), offset(region.end)};
  }

  std::size_t size() const { return text_.size(); }
  std::size_t line_begin(std::size_t at) const {
    return at == 0 ? 0 : text_.rfind('\n', at - 1) + 1;  // npos + 1 is 0
  }
  std::size_t line_end(std::size_t at) const {
    return std::min(text_.find('\n', at), text_.size() - 1) + 1;
  }
  /// What follows there: nothing but blanks in this line, or a comment.
  bool is_blank(std::size_t at) const { return trimmed_line(at).empty() && at < text_.size(); }
  bool is_comment(std::size_t at) const { return trimmed_line(at).starts_with('#'); }
  bool is_gap(Range range) const {
    return piece(range).find_first_not_of(kBlanksAndLines) == std::string_view::npos;
  }
  std::string_view piece(Range range) const {
    return text_.substr(range.begin, range.end - range.begin);
  }
  /// The first byte from there on that is no blank, no line end and in no comment.
  std::size_t next_token(std::size_t at) const {
    for (;;) {
      at = std::min(text_.find_first_not_of(kBlanksAndLines, at), text_.size());
      if (at == text_.size() || text_[at] != '#') return at;
      at = line_end(at);
    }
  }
  std::size_t after_blanks(std::size_t at) const {
    return std::min(text_.find_first_not_of(kBlanks, at), text_.size());
  }
  bool is_at(std::size_t at, char c) const { return at < text_.size() && text_[at] == c; }

  std::string without(Range range) const {
    std::string result(text_.substr(0, range.begin));
    return result.append(text_.substr(range.end));
  }

 private:
  std::string_view trimmed_line(std::size_t at) const {
    if (at >= text_.size()) return {};
    const auto line = piece({at, line_end(at)});
    return line.substr(std::min(line.find_first_not_of(kBlanksAndLines), line.size()));
  }

  std::string_view text_;
};

/// Whole lines, with the comments directly above them; but not those that head what follows.
Range with_comments(const Text& text, Range lines, bool is_followed) {
  if (is_followed) return lines;
  auto begin = lines.begin;
  while (begin > 0 && text.is_comment(text.line_begin(begin - 1)))
    begin = text.line_begin(begin - 1);
  return {begin == 0 ? lines.begin : begin, lines.end};  // what begins the file is about all of it
}

/// An element of an array, with its comma.
Range element_range(const Text& text, const toml::array& list, std::size_t index) {
  const auto range_of = [&](std::size_t i) { return text.range(list.get(i)->source()); };
  auto one = range_of(index);
  const auto comma = text.next_token(one.end);
  const bool has_comma = text.is_at(comma, ',');
  const auto end = has_comma ? comma + 1 : one.end;
  const Range lines{text.line_begin(one.begin), text.line_end(end)};
  if (text.is_gap({lines.begin, one.begin}) && text.is_gap({one.end, has_comma ? comma : end}) &&
      (text.is_blank(end) || text.is_comment(end)))
    return with_comments(
        text, lines,
        index + 1 < list.size() && text.line_begin(range_of(index + 1).begin) == lines.end);
  if (has_comma) return {one.begin, text.after_blanks(end)};
  if (index == 0) return one;
  // A comment after the comma before it may be of what that ends.
  const auto before = range_of(index - 1).end;
  const auto former_comma = text.next_token(before);
  if (text.is_gap({former_comma + 1, one.begin}))
    one.begin = text.is_gap({before, former_comma}) ? before : former_comma;
  return one;
}

Range table_range(const Text& text, const toml::array& tables, std::size_t index) {
  const auto& table = *tables.get(index)->as_table();
  auto last = table.source().end;
  for (const auto& [key, value] : table) last = std::max(last, value.source().end);
  Range lines{text.line_begin(text.offset(table.source().begin)), text.line_end(text.offset(last))};
  auto below = lines.end;
  while (text.is_comment(below)) below = text.line_end(below);
  if (below == text.size() || text.is_blank(below)) lines.end = below;
  const bool is_followed =
      index + 1 < tables.size() &&
      text.line_begin(text.offset(tables.get(index + 1)->source().begin)) == lines.end;
  auto range = with_comments(text, lines, is_followed);
  // One of the gaps above and below it goes too.
  if (range.begin == 0 || text.is_blank(text.line_begin(range.begin - 1)))
    while (text.is_blank(range.end)) range.end = text.line_end(range.end);
  if (range.end == text.size())
    while (range.begin > 0 && text.is_blank(text.line_begin(range.begin - 1)))
      range.begin = text.line_begin(range.begin - 1);
  return range;
}

const toml::array& targets_of(const toml::table& root) {
  return *root.get("targets")->as_array();
}

}  // namespace

std::string with_aur_target(std::string text, const std::string& name) {
  const auto first_line = text.find('\n');
  const std::string end =
      first_line != std::string::npos && first_line > 0 && text[first_line - 1] == '\r' ? "\r\n"
                                                                                        : "\n";
  if (!text.empty() && !text.ends_with('\n')) text += end;
  if (const Text before(text);
      !text.empty() && !before.is_blank(before.line_begin(text.size() - 1)))
    text += end;
  return text + "[[targets]]" + end + "aur = " + toml_string(name) + end;
}

std::string without_target(const std::string& text, std::size_t index) {
  const auto root = toml::parse(text);
  const auto& targets = targets_of(root);
  const Text all(text);
  return all.without(targets.get(index)->as_table()->is_inline()
                         ? element_range(all, targets, index)
                         : table_range(all, targets, index));
}

std::string without_aur_name(const std::string& text, std::size_t index, const std::string& name) {
  const auto root = toml::parse(text);
  const auto& names = *targets_of(root).get(index)->as_table()->get("aur")->as_array();
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names.get(i)->value<std::string>() == name) {
      const Text all(text);
      return all.without(element_range(all, names, i));
    }
  return text;
}

FileEdit::FileEdit(LoadRequest request, Of of) : request_(std::move(request)) {
  const bool is_named_new =
      of == Of::new_file && request_.file && !fs::exists(absolute_file(request_));
  const auto found = is_named_new ? request_.file : find_file(request_);
  is_new_ = is_named_new || !found;
  if (of == Of::new_file && !is_new_)
    throw UsageError("there is a configuration already: '" + found->string() + "'")
        .advise("change that one, or name another by --config FILE");
  request_.file = found ? *found : file_to_make(request_);
  if (!is_new_) before_ = read_configuration(absolute_file(request_));
  request_.text = before_;
  expected_ = config::load(request_).settings;
}

void FileEdit::begin(std::string text) {
  change(std::move(text), "make it by hand: pkgkiln config --example");
  expected_ = config::load(request_).settings;
}

void FileEdit::add_aur_target(const std::string& name) {
  auto& added = expected_.targets.emplace_back();
  added.aur_names = {name};
  added.repository = default_repository(expected_);
  change(with_aur_target(text(), name),
         fmt::format("write at its end: [[targets]], and below that: aur = {}", toml_string(name)));
}

void FileEdit::remove_target(std::size_t index) {
  const auto at = expected_.targets.begin() + static_cast<std::ptrdiff_t>(index);
  const auto by_hand = fmt::format("take out of it what stands at {}", at->origin);
  expected_.targets.erase(at);
  change(without_target(text(), index), by_hand);
}

void FileEdit::remove_aur_name(std::size_t index, const std::string& name) {
  auto& target = expected_.targets.at(index);
  std::erase(target.aur_names, name);
  change(without_aur_name(text(), index, name),
         fmt::format("take {} out of what stands at {}", toml_string(name), target.origin));
}

void FileEdit::change(std::string text, const std::string& by_hand) {
  request_.text = std::move(text);
  by_hand_ += (by_hand_.empty() ? "by hand: " : "; ") + by_hand;
}

LoadResult FileEdit::load() const {
  const auto without_origins = [](Settings settings) {
    for (auto& target : settings.targets) target.origin.clear();
    return settings;
  };
  try {
    auto changed = config::load(request_);
    if (without_origins(changed.settings) == without_origins(expected_)) return changed;
  } catch (const UsageError& error) {
    throw error_as<Error>(error).advise(by_hand_);
  }
  throw Error("cannot change only that in '" + file().string() + "'")
      .because("more settings would be others than now")
      .advise(by_hand_);
}

void FileEdit::write() const {
  load();
  const auto path = absolute_file(request_);
  try {
    std::error_code unknown;
    if (is_new_ ? fs::exists(path, unknown) : read_configuration(path) != before_)
      throw Error("cannot change '" + file().string() + "'")
          .because("somebody else changed it meanwhile")
          .advise("try again");
    if (!is_new_) return replace_file(path, text());
    fs::create_directories(path.parent_path(), unknown);
    // One of a user's own may get secrets.
    write_file_atomically(path, text(), file() == request_.system_file ? 0644 : 0600);
  } catch (Error& error) {
    error.advise(by_hand_);
    throw;
  }
}

}  // namespace pkgkiln::config
