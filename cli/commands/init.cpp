#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "config/edit.hpp"
#include "config/initial.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::cli {

namespace {

/// Asks where somebody is there to answer; otherwise takes the default.
class Questions {
 public:
  Questions(const Arguments& arguments, const Cancellation& cancel)
      : cancel_(cancel), asks_(is_attended() && !arguments.yes) {}

  std::string ask(const std::string& what, const std::string& usual) const {
    if (!asks_) return usual;
    const auto question = usual.empty() ? what + " " : fmt::format("{} [{}] ", what, usual);
    const std::string answer(trimmed(answer_to(question, cancel_)));
    return answer.empty() ? usual : answer;
  }
  bool asks() const { return asks_; }

 private:
  const Cancellation& cancel_;
  bool asks_;
};

/// What the engine is; empty, and told, when there is none.
std::string engine_of(const config::Settings& settings, Console& words) {
  try {
    const auto engine = open_engine(settings);
    const auto& info = engine->info();
    return fmt::format("{} {}, {}", info.engine, info.version,
                       info.rootless ? "rootless" : "rootful");
  } catch (const Error& error) {
    words.write(fmt::format("warning: no engine was found that runs builds\n{}\n", error.report()));
    return {};
  }
}

/// Until nothing more comes.
void ask_for_targets(config::InitialChoice& choice, const std::filesystem::path& home,
                     const Questions& questions) {
  if (!questions.asks() || !choice.targets.empty()) return;
  say("What is to be built? A folder of PKGBUILDs or a Git URL, one at a time.\n");
  for (;;) {
    const auto place = questions.ask("Folder or URL (nothing: that's all):", "");
    if (place.empty()) return;
    try {
      choice.targets.push_back(config::target_at(place, home));
    } catch (const UsageError& error) {
      say(error_text(error.report()));
    }
  }
}

}  // namespace

int init_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto request = load_request(arguments);
  config::FileEdit edit(request, config::FileEdit::Of::new_file);
  const auto& settings = edit.settings();
  const Questions questions(arguments, cancel);
  Console words(STDERR_FILENO, Console::Patience::bounded);
  config::InitialChoice choice;
  choice.engine = engine_of(settings, words);
  if (!choice.engine.empty()) words.write("engine: " + printable(choice.engine) + "\n");
  words.flush();
  const auto& usual = settings.repositories.front();
  choice.repository = arguments.repository.empty()
                          ? questions.ask("Name of the repository?", usual.name)
                          : arguments.repository;
  auto path = arguments.file.string();
  if (path.empty()) path = questions.ask("Where are its packages to lie?", usual.path.string());
  if (path.starts_with("~/")) path = (request.home / path.substr(2)).string();
  choice.path = std::filesystem::absolute(path).lexically_normal();
  for (const auto& place : arguments.targets)
    choice.targets.push_back(config::target_at(place, request.home));
  if (edit.file() == request.system_file) choice.state_dir = "/var/lib/pkgkiln";
  ask_for_targets(choice, request.home, questions);
  edit.begin(config::initial_text(choice));
  edit.write();
  if (arguments.quiet) return exit_code::ok;
  print(
      fmt::format("wrote {}\n\nClients get the packages by these lines in /etc/pacman.conf:\n\n{}\n"
                  "Next:\n{}"
                  "  pkgkiln doctor  checks all that builds need\n"
                  "  pkgkiln plan    says what would be built\n"
                  "  pkgkiln build   builds it\n",
                  printable(edit.file().string()), config::pacman_lines(choice),
                  choice.targets.empty()
                      ? "  pkgkiln add NAME, or [[targets]] in that file, says what to build\n"
                      : ""));
  return exit_code::ok;
}

}  // namespace pkgkiln::cli
