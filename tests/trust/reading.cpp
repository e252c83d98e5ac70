/// Holds what is read of PKGBUILDs against what bash made of them: IN/NAME/PKGBUILD, and
/// OUT/NAME.{parsed,variables,functions} of declare.bash.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/pkgbuild/shell_parser.hpp"
#include "core/trust/recipe.hpp"

namespace {

namespace fs = std::filesystem;
using namespace pkgkiln;
using trust::Recipe;
using Values = std::vector<std::string>;

struct Count {
  std::size_t recipes = 0, unreadable = 0, values = 0, unknown = 0, functions = 0, wrong = 0;
};

std::map<std::string, Values> variables_of(const std::string& text) {
  std::map<std::string, Values> variables;
  std::string_view left = text;
  while (!left.empty()) {
    auto& values = variables[std::string(take_until(left, '\0'))];
    for (auto count = std::stoul(std::string(take_until(left, '\0'))); count > 0; --count)
      values.emplace_back(take_until(left, '\0'));
  }
  return variables;
}

std::map<std::string, std::string> functions_of(const std::string& text) {
  // What it prints is read with it on, wherever the recipe switched it on.
  const trust::RecipeFiles files = {
      {"PKGBUILD", {trust::RecipeFile::Kind::file, "shopt -s extglob\n" + text}}};
  const Recipe recipe(files, "x86_64");
  if (!recipe.unreadable().empty()) throw Error("what bash printed can't be read");
  return recipe.functions();
}

/// bash joins the lines of what is in braces, too.
std::string joined(std::string text) {
  for (auto at = text.find("\\\n"); at != std::string::npos; at = text.find("\\\n", at))
    text.erase(at, 2);
  return text;
}

void wrong(Count& count, const std::string& name, const std::string& what) {
  ++count.wrong;
  fmt::print("{}: {}\n", name, what);
}

void check(const fs::path& in, const fs::path& out, Count& count) {
  const auto name = in.filename().string();
  const trust::RecipeFiles files = {
      {"PKGBUILD", {trust::RecipeFile::Kind::file, read_file(in / "PKGBUILD")}}};
  const Recipe recipe(files, "x86_64");
  ++count.recipes;
  if (!recipe.unreadable().empty()) {
    ++count.unreadable;
    return;
  }
  const auto base = (out / name).string();
  // What has no meaning for bash does no harm, but in real recipes it is our fault.
  if (!fs::exists(base + ".parsed"))
    return name.starts_with("mutant-") ? void() : wrong(count, name, "bash can't read it");
  const auto variables = variables_of(read_file(base + ".variables"));
  for (const auto& [key, variable] : recipe.variables()) {
    ++(variable.value ? count.values : count.unknown);
    const auto found = variables.find(key);
    const auto expected = found == variables.end() ? Values() : found->second;
    if (variable.value && *variable.value != expected)
      wrong(count, name,
            key + " is another: " +
                fmt::format("'{}' instead of '{}'", fmt::join(*variable.value, "' '"),
                            fmt::join(expected, "' '")));
  }
  std::map<std::string, std::string> functions;
  try {
    functions = functions_of(read_file(base + ".functions"));
  } catch (const Error& error) {
    return wrong(count, name, error.what());
  }
  // Where it can't be followed, bash may have ended: "${name:?}".
  if (functions.empty() && !recipe.variable("pkgname").value) return;
  for (const auto& [key, body] : recipe.functions()) {
    ++count.functions;
    const auto found = functions.find(key);
    if (found == functions.end())
      wrong(count, name, key + "() is none");
    else if (joined(found->second) != joined(body))
      wrong(count, name, key + "() is another:\n" + body + "--- bash:\n" + found->second);
  }
  // What bash has and was not read may come from commands outside of functions only.
  if (recipe.code().empty() && functions.size() != recipe.functions().size())
    wrong(count, name, "there are other functions");
}

int check_all(const fs::path& in, const fs::path& out) {
  Count count;
  for (const auto& entry : fs::directory_iterator(in)) check(entry.path(), out, count);
  fmt::print(
      "{} PKGBUILDs, {} unreadable; {} values as in bash, {} unknown; {} functions; {} wrong\n",
      count.recipes, count.unreadable, count.values, count.unknown, count.functions, count.wrong);
  return count.wrong == 0 && count.values > 0 && count.functions > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: pkgkiln_pkgbuild_reading IN OUT\n");
    return 2;
  }
  try {
    return check_all(argv[1], argv[2]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
