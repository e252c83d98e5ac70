#include "cli/progress.hpp"

#include <array>
#include <ctime>
#include <fmt/format.h>
#include <optional>
#include <system_error>
#include <unistd.h>
#include <variant>

#include "core/base/printable.hpp"
#include "core/builder/build_log.hpp"

namespace pkgkiln::cli {

namespace {

using std::chrono::system_clock;

constexpr std::chrono::milliseconds kTick{200};

/// Nobody wants a live view of a job in the background beside what he types.
bool is_in_foreground(int fd) {
  const auto group = ::tcgetpgrp(fd);
  return group < 0 || group == ::getpgrp();
}

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  return fmt::format("{:02}:{:02}:{:02} ", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/// See sd-daemon(3).
int priority(Word::Kind kind) {
  static constexpr std::array all{7, 6, 6, 4, kErrorPriority};
  return all.at(static_cast<std::size_t>(kind));
}

Word about(const std::string& target, Word::Kind kind, const std::string& outcome,
           const std::string& rest = {}) {
  static constexpr std::array styles{Span::Style::dim, Span::Style::plain, Span::Style::good,
                                     Span::Style::warning, Span::Style::bad};
  return {kind,
          {{target, Span::Style::bold},
           {": "},
           {outcome, styles.at(static_cast<std::size_t>(kind))},
           {rest}}};
}

Word about(const BuildRecord& result) {
  const auto where = result.step.empty() ? std::string() : " at step " + result.step;
  switch (result.status) {
    case Status::built:
      return about(result.target, Word::Kind::good, word(result.status),
                   fmt::format(" {} in {}, published in {}",
                               version_change(result.previous_version, result.version),
                               clock_text(result.finished - result.started), result.repository));
    case Status::up_to_date:
      return about(result.target, Word::Kind::news, "up to date",
                   result.built_from.empty() ? "" : ": " + result.why);
    case Status::held:
    case Status::deferred:
    case Status::blocked:
      return about(result.target, Word::Kind::warning, word(result.status), ": " + result.why);
    default:
      return about(result.target, Word::Kind::bad, word(result.status), where + ": " + result.why);
  }
}

/// What a run newly finds out. That nothing became of thousands is told as a number.
bool is_news(const BuildRecord& result) {
  if (result.status == Status::up_to_date)
    return !result.build.empty() || !result.built_from.empty();
  const bool waits = is_waiting(result.status) || result.is_blocked_by_waiting;
  return !waits || result.is_newly_held;
}

/// Keeps the blanks at its end, which stand between two of them.
std::string printable_span(const std::string& text) {
  auto shown = printable(text + ".");
  shown.pop_back();
  return shown;
}

struct Tell {
  bool is_short;

  std::optional<Word> operator()(const Notice& notice) const {
    return Word{Word::Kind::warning, {{"note", Span::Style::warning}, {": " + notice.text}}};
  }
  std::optional<Word> operator()(const Planned& planned) const {
    if (is_short) return std::nullopt;
    return Word{Word::Kind::news,
                {{fmt::format("{} of {} targets to build", planned.builds, planned.targets)}}};
  }
  std::optional<Word> operator()(const ImageBegun& image) const {
    return Word{Word::Kind::news,
                {{fmt::format("making the builder image (log: {})", image.log.string())}}};
  }
  std::optional<Word> operator()(const Waiting&) const { return std::nullopt; }
  std::optional<Word> operator()(const BuildBegun& build) const {
    if (is_short) return std::nullopt;
    return about(build.target, Word::Kind::news, "building",
                 fmt::format(", since {} (log: {})", build.why, build.log.string()));
  }
  std::optional<Word> operator()(const StepBegun& begun) const {
    return about(begun.target, Word::Kind::detail, begun.step);
  }
  std::optional<Word> operator()(const Ended& ended) const {
    if (!is_news(ended.result)) return std::nullopt;
    return about(ended.result);
  }
};

}  // namespace

std::optional<Word> word_of(const Event& event, bool is_short) {
  return std::visit(Tell{is_short}, event.what);
}

Progress::Progress(Detail detail)
    : detail_(detail),
      coloured_(is_coloured(STDERR_FILENO)),
      journal_(is_journal()),
      timed_(!journal_ && !can_redraw(STDERR_FILENO)),
      console_(STDERR_FILENO, Console::Patience::bounded),
      live_(detail == Detail::normal && can_redraw(STDERR_FILENO)),
      view_(system_clock::now()) {
  if (!live_) return;
  try {
    drawer_ = std::thread([this] { keep_drawing(); });
  } catch (const std::system_error&) {
    live_ = false;  // lines do as well
  }
}

Progress::~Progress() {
  finish();
}

void Progress::hear(const Event& event) {
  const std::lock_guard lock(mutex_);
  if (live_) {
    view_.hear(event);
    changed_ = true;
  }
  if (detail_ == Detail::quiet && !std::holds_alternative<Notice>(event.what)) return;
  const auto told = word_of(event, live_);
  if (told && (told->kind != Word::Kind::detail || detail_ == Detail::verbose)) show(*told);
}

void Progress::logged(const std::string& target, std::string_view line) {
  const std::lock_guard lock(mutex_);
  if (detail_ == Detail::verbose) {
    if (!log_mark_of(line).is_of_step())
      show({Word::Kind::detail,
            {{target.empty() ? "builder image" : target, Span::Style::bold},
             {": " + std::string(line)}}});
  } else if (live_) {
    view_.logged(target, line);
    changed_ = true;
  }
}

void Progress::transferred(const std::string& target, const Transfer& transfer) {
  const std::lock_guard lock(mutex_);
  if (!live_) return;
  view_.transferred(target, transfer, system_clock::now());
  changed_ = true;
}

void Progress::show_notice(const std::string& text) {
  hear({system_clock::now(), Notice{text}});
}

void Progress::pause(bool on) {
  {
    const std::lock_guard lock(mutex_);
    paused_ = on;
    draw();
  }
  if (on) console_.flush();
}

void Progress::finish() {
  {
    const std::lock_guard lock(mutex_);
    live_ = false;
    console_.status("");
  }
  ended_.notify_all();
  if (drawer_.joinable()) drawer_.join();
  console_.flush();
}

void Progress::show(const Word& word) {
  auto text = timed_ ? time_of_day() : std::string();
  for (const auto& span : word.line)
    text += painted({printable_span(span.text), span.style}, coloured_);
  text += '\n';
  console_.write(journal_ ? with_priority(text, priority(word.kind)) : text);
}

void Progress::draw() {
  if (!live_) return;
  std::string text;
  if (!paused_ && is_in_foreground(STDERR_FILENO)) {
    size_ = size_of(STDERR_FILENO);
    for (const auto& line : view_.lines(size_, system_clock::now())) {
      if (!text.empty()) text += '\n';
      text += rendered(line, size_.columns - 1, coloured_);
    }
  }
  changed_ = false;
  console_.status(text);
}

void Progress::keep_drawing() {
  std::unique_lock lock(mutex_);
  std::time_t drawn = 0;
  while (live_) {
    const auto now = std::time(nullptr);
    if (changed_ || now != drawn || size_of(STDERR_FILENO) != size_) {
      draw();
      drawn = now;
    }
    ended_.wait_for(lock, kTick);
  }
}

}  // namespace pkgkiln::cli
