#include "cli/terminal/terminal.hpp"

#include <algorithm>
#include <atomic>
#include <clocale>
#include <cstdlib>
#include <cwchar>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/process.hpp"

namespace pkgkiln::cli {

namespace {

std::atomic<Colour> wished{Colour::automatic};

bool is_set(const std::map<std::string, std::string>& env, const char* name) {
  const auto found = env.find(name);
  return found != env.end() && !found->second.empty();
}

bool is_dumb(const std::map<std::string, std::string>& env) {
  return !is_set(env, "TERM") || env.at("TERM") == "dumb";
}

/// Lets the C library know the widths of all characters, whatever locale the user has.
class WideLocale {
 public:
  WideLocale() : former_(utf8() == nullptr ? nullptr : ::uselocale(utf8())) {}
  WideLocale(const WideLocale&) = delete;
  WideLocale& operator=(const WideLocale&) = delete;
  ~WideLocale() {
    if (former_ != nullptr) ::uselocale(former_);
  }

 private:
  static locale_t utf8() {
    static const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return made;
  }
  locale_t former_;
};

/// The next character: its bytes and columns. Of what is no UTF-8, a byte.
struct Step {
  std::size_t bytes = 1, columns = 1;
};

Step next_step(std::string_view text) {
  if (const auto c = static_cast<unsigned char>(text.front()); c < 0x80) return {1, 1};
  wchar_t wide = 0;
  std::mbstate_t state{};
  const auto bytes = std::mbrtowc(&wide, text.data(), text.size(), &state);
  if (bytes == 0 || bytes > text.size()) return {};
  const auto columns = ::wcwidth(wide);
  return {bytes, columns < 0 ? 1 : static_cast<std::size_t>(columns)};
}

const char* code_of(Span::Style style) {
  switch (style) {
    case Span::Style::bold:
      return "1";
    case Span::Style::dim:
      return "2";
    case Span::Style::good:
      return "32";
    case Span::Style::bad:
      return "1;31";
    case Span::Style::warning:
      return "33";
    case Span::Style::plain:
      break;
  }
  return nullptr;
}

}  // namespace

bool wants_colour(Colour wish, bool is_terminal, const std::map<std::string, std::string>& env) {
  if (wish != Colour::automatic) return wish == Colour::always;
  if (is_set(env, "NO_COLOR")) return false;
  if (is_set(env, "CLICOLOR_FORCE") && env.at("CLICOLOR_FORCE") != "0") return true;
  return is_terminal && !is_dumb(env);
}

void set_colour(Colour wish) {
  wished = wish;
}

bool is_coloured(int fd) {
  return wants_colour(wished, ::isatty(fd) != 0, environment());
}

bool can_redraw(int fd) {
  return ::isatty(fd) != 0 && !is_dumb(environment());
}

bool is_journal(int fd, const std::string& stream) {
  struct stat is {};
  return !stream.empty() && ::fstat(fd, &is) == 0 &&
         stream == fmt::format("{}:{}", is.st_dev, is.st_ino);
}

bool is_journal(int fd) {
  const auto env = environment();
  const auto stream = env.find("JOURNAL_STREAM");
  return stream != env.end() && is_journal(fd, stream->second);
}

std::string with_priority(std::string_view lines, int priority) {
  std::string text;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size() - 1) + 1;
    text += fmt::format("<{}>{}", priority, lines.substr(0, end));
    lines.remove_prefix(end);
  }
  return text;
}

Size size_of(int fd) {
  winsize told{};
  Size size;
  if (::ioctl(fd, TIOCGWINSZ, &told) != 0) return size;
  if (told.ws_col > 0) size.columns = told.ws_col;
  if (told.ws_row > 0) size.rows = told.ws_row;
  return size;
}

std::size_t text_width(std::string_view text) {
  const WideLocale locale;
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto step = next_step(text);
    columns += step.columns;
    text.remove_prefix(step.bytes);
  }
  return columns;
}

std::size_t line_width(std::string_view line) {
  std::string plain;
  for (std::size_t i = 0; i < line.size(); ++i)
    if (line[i] == '\x1b')
      i = std::min(line.find('m', i), line.size() - 1);
    else
      plain += line[i];
  return text_width(plain);
}

std::size_t rows_of(std::string_view lines, std::size_t columns) {
  std::size_t rows = 0;
  for (;;) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const auto width = line_width(lines.substr(0, end));
    rows += width > 0 && columns > 0 ? (width - 1) / columns + 1 : 1;
    if (end == lines.size()) return rows;
    lines.remove_prefix(end + 1);
  }
}

std::string cut(std::string_view text, std::size_t columns) {
  if (text.size() <= columns || text_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  const WideLocale locale;
  std::size_t bytes = 0, used = 0;
  while (bytes < text.size()) {
    const auto step = next_step(text.substr(bytes));
    if (used + step.columns > columns - 1) break;
    used += step.columns;
    bytes += step.bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

std::string painted(const Span& span, bool coloured) {
  const auto* code = code_of(span.style);
  if (!coloured || code == nullptr || span.text.empty()) return span.text;
  return fmt::format("\x1b[{}m{}\x1b[0m", code, span.text);
}

std::string rendered(const Line& line, std::size_t columns, bool coloured) {
  std::string text;
  for (const auto& span : line) {
    const auto width = text_width(span.text);
    text += painted({width > columns ? cut(span.text, columns) : span.text, span.style}, coloured);
    columns -= std::min(columns, width);
    if (columns == 0) break;
  }
  return text;
}

}  // namespace pkgkiln::cli
