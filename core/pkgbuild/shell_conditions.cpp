#include <charconv>

#include "core/base/text.hpp"
#include "core/pkgbuild/shell_evaluation.hpp"

namespace pkgkiln::pacman {

std::optional<long> whole_number(std::string_view text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

namespace {

std::optional<bool> compare(const std::string& left, std::string_view how,
                            const std::string& right) {
  const auto a = whole_number(left);
  const auto b = whole_number(right);
  if (!a || !b) return std::nullopt;
  if (how == "-eq") return *a == *b;
  if (how == "-ne") return *a != *b;
  if (how == "-gt") return *a > *b;
  if (how == "-ge") return *a >= *b;
  if (how == "-lt") return *a < *b;
  if (how == "-le") return *a <= *b;
  return std::nullopt;
}

}  // namespace

/// "[ … ]", the usual forms.
ShellEvaluation::Status ShellEvaluation::bracket(const ShellCommand& command) {
  auto words = shell_.list({command.words.begin() + 1, command.words.end()});
  if (!words) return std::nullopt;
  if (command.words.front() == "[") {
    if (words->empty() || words->back() != "]") return std::nullopt;
    words->pop_back();
  }
  const bool negated = !words->empty() && words->front() == "!";
  if (negated) words->erase(words->begin());
  Status status;
  if (words->size() == 1) {
    status = !words->front().empty();
  } else if (words->size() == 2) {
    if (words->front() == "-n") status = !words->back().empty();
    if (words->front() == "-z") status = words->back().empty();
  } else if (words->size() == 3) {
    const auto& how = (*words)[1];
    if (how == "=" || how == "==" || how == "!=")
      status = (words->front() == words->back()) == (how != "!=");
    else
      status = compare(words->front(), how, words->back());
  }
  return status ? Status(*status != negated) : status;
}

/// Of "[[ … ]]": alternatives from 0 on, conjunctions from 1 on.
ShellEvaluation::Status ShellEvaluation::test(const std::vector<std::string_view>& words,
                                              std::size_t& at, int least) {
  const std::string_view joint = least == 0 ? "||" : "&&";
  const auto one = [&] { return least == 0 ? test(words, at, 1) : primary(words, at); };
  auto status = one();
  while (at < words.size() && words[at] == joint) {
    ++at;
    const auto right = one();
    const bool decides = least == 0;
    if (status == decides || right == decides)
      status = decides;
    else if (!right || !status)
      status = std::nullopt;
  }
  return status;
}

ShellEvaluation::Status ShellEvaluation::primary(const std::vector<std::string_view>& words,
                                                 std::size_t& at) {
  if (at >= words.size()) throw Unclear{};
  const auto first = words[at++];
  if (first == "!") {
    const auto status = primary(words, at);
    return status ? Status(!*status) : status;
  }
  if (first == "(") {
    if (steps_left_-- == 0) throw Unclear{};
    const auto status = test(words, at, 0);
    if (at >= words.size() || words[at++] != ")") throw Unclear{};
    return status;
  }
  const auto ends = [&](std::size_t where) {
    return where >= words.size() || is_one_of(words[where], {"&&", "||", ")"});
  };
  if (first.size() == 2 && first.front() == '-' && !ends(at)) {
    const auto operand = words[at++];
    if (first != "-n" && first != "-z") return std::nullopt;
    const auto value = shell_.scalar(operand);
    return value ? Status(value->empty() == (first == "-z")) : std::nullopt;
  }
  const auto left = shell_.scalar(first);
  if (ends(at)) return left ? Status(!left->empty()) : std::nullopt;
  const auto how = words[at++];
  if (ends(at)) throw Unclear{};
  const auto right = words[at++];
  if (is_one_of(how, {"=", "==", "!="})) {
    const auto same = left ? shell_.matches(*left, right) : std::nullopt;
    return same ? Status(*same == (how != "!=")) : std::nullopt;
  }
  const auto value = how == "=~" ? std::nullopt : shell_.scalar(right);
  // Arithmetic may assign, but not with plain numbers.
  return left && value ? compare(*left, how, *value) : std::nullopt;
}

}  // namespace pkgkiln::pacman
