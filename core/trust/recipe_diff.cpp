#include "core/trust/recipe_diff.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <set>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/git/program.hpp"

namespace pkgkiln::trust {

namespace {

constexpr std::size_t kLongestLine = 2'000;
constexpr std::size_t kMostBlanks = 40;      // in a row
constexpr std::size_t kMostEmptyLines = 20;  // in a row
constexpr std::size_t kMostShown = 1U << 20U;
constexpr std::size_t kMostFiles = 1'000;
constexpr std::size_t kMostCompared = 200;  // files: each takes a process
constexpr std::size_t kLongestCompared = 1U << 20U;
constexpr std::size_t kMostNotes = 5;  // of a kind, of a file
constexpr std::size_t kMostWords = 100;

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_empty(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) { return is_blank(c) || c == '\r'; });
}

/// What hides something on a line, and the line without it.
struct Squeezed {
  std::string text;
  std::size_t blanks = 0;  // most in a row
};
Squeezed squeezed(std::string_view line) {
  Squeezed result;
  for (std::size_t at = 0; at < line.size();) {
    auto end = at;
    while (end < line.size() && is_blank(line[end])) ++end;
    const auto blanks = end - at;
    if (blanks >= kMostBlanks)
      result.text += fmt::format(" [{} blanks] ", blanks);
    else
      result.text += line.substr(at, blanks);
    result.blanks = std::max(result.blanks, blanks);
    for (at = end; at < line.size() && !is_blank(line[at]); ++at) result.text += line[at];
  }
  return result;
}

/// A letter of another alphabet may look like one that a command is made of. In comments, and in
/// what nothing is made of, people write as they like.
std::string shown(std::string text, bool is_prose) {
  std::size_t cut = 0;
  if (text.size() > kLongestLine) {
    const auto all = text.size();
    text.resize(kLongestLine);
    text.resize(text.size() - unfinished_bytes(text));
    cut = all - text.size();
  }
  const auto begin = text.find_first_not_of(" \t");
  const bool is_comment = begin != std::string::npos && text[begin] == '#';
  auto result = is_prose || is_comment ? escaped(text) : escaped_to_ascii(text);
  if (cut > 0) result += fmt::format(" [{} more bytes]", cut);
  return result;
}

/// What `git diff` makes of two texts that nobody has named: no configuration, attribute or file
/// name of anybody's matters.
std::string differences(const std::string& before, const std::string& after, Whole whole,
                        const Cancellation& cancel) {
  const TempDir directory;
  write_file_atomically(directory.path() / "before", before, 0600);
  write_file_atomically(directory.path() / "after", after, 0600);
  git::Command command;
  command.untrusted = true;
  command.git_dir = "/dev/null";
  command.found_from = directory.path();
  command.arguments = {"diff",
                       "--no-index",
                       "--text",
                       "--no-ext-diff",
                       "--no-textconv",
                       "--no-color",
                       "--no-renames",
                       "--no-indent-heuristic",
                       whole == Whole::yes ? "--unified=100000000" : "--unified=3",
                       "--",
                       "before",
                       "after"};
  std::string output;
  const auto result = git::run(command, git::bounded_text(output, 8 * kLongestCompared), cancel);
  if (result.code != 0 && result.code != 1)
    throw Error("cannot compare two files with git")
        .because(git::displayable_errors(result.error_output))
        .advise("check the free space in the directory for temporary files");
  return output;
}

std::size_t take_number(std::string_view& text) {
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc()) text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// "-1,3" or "-1", which is one line.
void take_range(std::string_view& text, char sign, std::size_t& first, std::size_t& count) {
  text.remove_prefix(std::min(text.find(sign) + 1, text.size()));
  first = take_number(text);
  count = 1;
  if (!text.starts_with(',')) return;
  text.remove_prefix(1);
  count = take_number(text);
}

struct RawHunk {
  DiffHunk range;
  std::vector<std::pair<char, std::string_view>> lines;
};

/// Of what differences() gave, which is to outlive it.
std::vector<RawHunk> hunks_in(std::string_view text) {
  std::vector<RawHunk> hunks;
  while (!text.empty()) {
    auto line = take_until(text, '\n');
    if (!line.starts_with("@@ ")) continue;
    auto& hunk = hunks.emplace_back();
    take_range(line, '-', hunk.range.first_before, hunk.range.before);
    take_range(line, '+', hunk.range.first_after, hunk.range.after);
    for (std::size_t old = 0, now = 0;
         (old < hunk.range.before || now < hunk.range.after) && !text.empty();) {
      line = take_until(text, '\n');
      const char sign = line.empty() ? ' ' : line.front();
      if (sign == '\\') continue;  // "No newline at end of file"
      old += sign != '+' ? 1 : 0;
      now += sign != '-' ? 1 : 0;
      hunk.lines.emplace_back(sign, line.empty() ? line : line.substr(1));
    }
  }
  return hunks;
}

/// A file that is new, gone or the same.
RawHunk hunk_of(std::string_view content, char sign) {
  RawHunk hunk;
  while (!content.empty()) hunk.lines.emplace_back(sign, take_until(content, '\n'));
  const auto lines = hunk.lines.size();
  if (sign != '+') hunk.range.first_before = 1, hunk.range.before = lines;
  if (sign != '-') hunk.range.first_after = 1, hunk.range.after = lines;
  return hunk;
}

class Comparing {
 public:
  Comparing(Whole whole, const Cancellation& cancel) : whole_(whole), cancel_(cancel) {}

  void add(const std::string& path, const RecipeFile* before, const RecipeFile* after) {
    cancel_.check();
    const bool is_same = before != nullptr && after != nullptr && *before == *after;
    if (is_same && whole_ == Whole::no) return;
    if (result_.files.size() == kMostFiles) {
      ++left_out_files_;
      return;
    }
    path_ = path;
    file_ = {};
    file_.path = printable(path, kLongestLine);
    if (before == nullptr)
      file_.kind = FileDiff::Kind::created;
    else if (after == nullptr)
      file_.kind = FileDiff::Kind::removed;
    else if (!is_same)
      file_.kind =
          before->content == after->content ? FileDiff::Kind::mode : FileDiff::Kind::changed;
    note_mode(before, after);
    if (file_.kind != FileDiff::Kind::mode || whole_ == Whole::yes) contents(before, after);
    result_.files.push_back(std::move(file_));
  }

  RecipeDiff finish() {
    if (left_out_lines_ > 0)
      result_.left_out = fmt::format("{} more lines are not shown", left_out_lines_);
    if (left_out_files_ > 0)
      result_.left_out += fmt::format("{}{} more files are not shown",
                                      left_out_lines_ > 0 ? ", " : "", left_out_files_);
    return std::move(result_);
  }

 private:
  void note_mode(const RecipeFile* before, const RecipeFile* after) {
    const auto kind = [](const RecipeFile* file) {
      return file == nullptr ? RecipeFile::Kind::file : file->kind;
    };
    if (kind(before) == kind(after) || after == nullptr) return;
    file_.notes.emplace_back(kind(after) == RecipeFile::Kind::link         ? "is a link"
                             : kind(after) == RecipeFile::Kind::executable ? "is executable"
                             : kind(before) == RecipeFile::Kind::link      ? "is a link no more"
                                                                      : "is executable no more");
  }

  void contents(const RecipeFile* before, const RecipeFile* after) {
    std::vector<std::string> no_text;
    for (const auto* file : {before, after}) {
      if (file == nullptr) continue;
      const auto kind = binary_kind(file->content);
      const auto size = file->content.size();
      const auto* const whose = before == nullptr || after == nullptr ? ""
                                : file == before                      ? " before"
                                                                      : " now";
      if (!kind.empty())
        no_text.push_back(fmt::format("binary{}, {} bytes: {}", whose, size, kind));
      else if (size > kLongestCompared)
        no_text.push_back(fmt::format("too long to be shown{}: {} bytes", whose, size));
    }
    if (before != nullptr && after != nullptr && before->content == after->content &&
        no_text.size() > 1)
      no_text = {no_text.front().replace(no_text.front().find(" before"), 7, "")};
    if (!no_text.empty()) {
      file_.notes.insert(file_.notes.end(), no_text.begin(), no_text.end());
      return;
    }
    if (before == nullptr)
      take({hunk_of(after->content, '+')});
    else if (after == nullptr)
      take({hunk_of(before->content, '-')});
    else if (before->content == after->content)
      take({hunk_of(after->content, ' ')});
    else if (compared_ == kMostCompared)
      file_.notes.emplace_back("is another; too many files changed to show how");
    else
      compare(before->content, after->content);
  }

  void compare(const std::string& before, const std::string& after) {
    ++compared_;
    if (before.ends_with('\n') != after.ends_with('\n'))
      file_.notes.emplace_back(after.ends_with('\n') ? "ends with a line break now"
                                                     : "ends without a line break now");
    const auto text = differences(before, after, whole_, cancel_);
    take(hunks_in(text));
  }

  void take(const std::vector<RawHunk>& hunks) {
    for (const auto& raw : hunks) {
      auto hunk = raw.range;
      auto number_before = hunk.first_before, number_after = hunk.first_after;
      for (std::size_t i = 0; i < raw.lines.size();) {
        const auto [sign, line] = raw.lines[i];
        auto end = i;
        while (end < raw.lines.size() && raw.lines[end].first == sign &&
               is_empty(raw.lines[end].second))
          ++end;
        auto lines = std::max<std::size_t>(end - i, 1);
        const auto number = sign == '-' ? number_before : number_after;
        if (lines >= kMostEmptyLines) {
          show(hunk, sign, fmt::format("[{} empty lines]", lines), lines);
          if (sign == '+') note(empty_, fmt::format("{} empty lines from {} on", lines, number));
        } else {
          lines = 1;
          take_line(hunk, sign, line, number);
        }
        if (sign != '+') number_before += lines;
        if (sign != '-') number_after += lines;
        if (sign == '+') file_.added += lines;
        if (sign == '-') file_.removed += lines;
        i += lines;
      }
      if (!hunk.lines.empty()) file_.hunks.push_back(std::move(hunk));
    }
    empty_ = long_ = blank_ = 0;
  }

  void take_line(DiffHunk& hunk, char sign, std::string_view line, std::size_t number) {
    auto squeezed_line = squeezed(line);
    if (sign == '+') {
      if (line.size() > kLongestLine)
        note(long_, fmt::format("line {} has {} bytes", number, line.size()));
      if (squeezed_line.blanks >= kMostBlanks)
        note(blank_, fmt::format("line {} has {} blanks in a row", number, squeezed_line.blanks));
      for (const auto& word : notable_words(line)) {
        const auto entry = word + " (" + file_.path + ")";
        if (result_.words.size() < kMostWords && words_.insert(entry).second)
          result_.words.push_back(entry);
      }
    }
    show(hunk, sign, shown(std::move(squeezed_line.text), is_only_told(path_)), 1);
  }

  void show(DiffHunk& hunk, char sign, std::string text, std::size_t lines) {
    if (shown_ + text.size() >= kMostShown) {
      shown_ = kMostShown;  // what comes later isn't shown without what comes before
      left_out_lines_ += lines;
      return;
    }
    shown_ += text.size() + 2;
    hunk.lines.push_back({sign, std::move(text)});
  }

  void note(std::size_t& noted, std::string text) {
    if (++noted <= kMostNotes) file_.notes.push_back(std::move(text));
  }

  Whole whole_;
  const Cancellation& cancel_;
  RecipeDiff result_;
  FileDiff file_;
  std::string path_;  // as it is
  std::set<std::string> words_;
  std::size_t empty_ = 0, long_ = 0, blank_ = 0;  // notes of each kind
  std::size_t shown_ = 0, compared_ = 0, left_out_lines_ = 0, left_out_files_ = 0;
};

/// The order in which a person wants to read them.
int rank(const std::string& path) {
  if (path == "PKGBUILD") return 0;
  if (path.ends_with(".install")) return 1;
  return is_only_told(path) ? 3 : 2;
}

}  // namespace

const char* word(FileDiff::Kind kind) {
  constexpr std::array words = {"new", "removed", "changed", "mode", "same"};
  return words.at(static_cast<std::size_t>(kind));
}

RecipeDiff compare_files(const RecipeFiles& before, const RecipeFiles& after, Whole whole,
                         const Cancellation& cancel) {
  std::set<std::pair<int, std::string>> paths;
  for (const auto* files : {&before, &after})
    for (const auto& [path, file] : *files) paths.emplace(rank(path), path);
  Comparing comparing(whole, cancel);
  for (const auto& [order, path] : paths) {
    const auto old = before.find(path), now = after.find(path);
    comparing.add(path, old == before.end() ? nullptr : &old->second,
                  now == after.end() ? nullptr : &now->second);
  }
  return comparing.finish();
}

std::string unified(const RecipeDiff& diff) {
  std::string text;
  for (const auto& file : diff.files) {
    text += "--- " + (file.kind == FileDiff::Kind::created ? "/dev/null" : file.path) + "\n";
    text += "+++ " + (file.kind == FileDiff::Kind::removed ? "/dev/null" : file.path) + "\n";
    for (const auto& note : file.notes) text += "    " + note + "\n";
    for (const auto& hunk : file.hunks) {
      text += fmt::format("@@ -{},{} +{},{} @@\n", hunk.first_before, hunk.before, hunk.first_after,
                          hunk.after);
      for (const auto& line : hunk.lines) text.append(1, line.sign).append(line.text) += '\n';
    }
  }
  if (!diff.left_out.empty()) text += "[" + diff.left_out + "]\n";
  return text;
}

}  // namespace pkgkiln::trust
