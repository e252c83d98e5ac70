#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

/// What a terminal is, and how text looks on one.
namespace pkgkiln::cli {

/// --color
enum class Colour { automatic, always, never };

/// Whether what goes to a terminal, or to something else, is coloured: https://no-color.org and
/// CLICOLOR_FORCE. --color overrides both.
bool wants_colour(Colour wish, bool is_terminal, const std::map<std::string, std::string>& env);
/// Before anything is printed; by default `automatic`.
void set_colour(Colour wish);
/// The same, for a descriptor of this program; by default for results.
bool is_coloured(int fd = STDOUT_FILENO);

/// Whether it is a terminal that can move its cursor.
bool can_redraw(int fd);
/// Whether what is written goes to the journal of systemd, see sd-daemon(3). `stream` is
/// $JOURNAL_STREAM.
bool is_journal(int fd, const std::string& stream);
bool is_journal(int fd = STDERR_FILENO);
/// Each line with one of syslog's priorities before it, which the journal takes off.
std::string with_priority(std::string_view lines, int priority);
inline constexpr int kErrorPriority = 3;

struct Size {
  std::size_t columns = 80, rows = 24;
  bool operator==(const Size&) const = default;
};
/// Of a terminal; 80 x 24 where it doesn't tell.
Size size_of(int fd);

/// The columns that a text takes, which holds no control characters.
std::size_t text_width(std::string_view text);
/// Of a line that may have styles.
std::size_t line_width(std::string_view line);
/// The rows that lines take, of which wide ones are wrapped; they may have styles.
std::size_t rows_of(std::string_view lines, std::size_t columns);
/// As much of it as fits, with "…" where something is missing.
std::string cut(std::string_view text, std::size_t columns);

/// A part of a line in one style. Its text holds no control characters.
struct Span {
  enum class Style { plain, bold, dim, good, bad, warning };
  std::string text;
  Style style = Style::plain;
};
using Line = std::vector<Span>;
/// Cut to the columns; with escape sequences if it is to be coloured.
std::string rendered(const Line& line, std::size_t columns, bool coloured);
std::string painted(const Span& span, bool coloured);

}  // namespace pkgkiln::cli
