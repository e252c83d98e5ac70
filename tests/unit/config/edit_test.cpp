#include "config/edit.hpp"

#include <fmt/format.h>
#include <functional>
#include <random>
#include <sys/stat.h>
#include <tuple>
#include <utility>

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/unit/config/fixture.hpp"

namespace pkgkiln::config::test {

namespace {

/// What is left of the text without that entry, which nothing but the edit is told of.
std::string without(const std::string& text, std::size_t index, const std::string& name = {}) {
  Fixture fixture;
  fixture.file(text);
  FileEdit edit(fixture.request);
  if (name.empty())
    edit.remove_target(index);
  else
    edit.remove_aur_name(index, name);
  edit.load();
  return edit.text();
}

std::string with(const std::string& text, const std::string& name) {
  Fixture fixture;
  fixture.file(text);
  FileEdit edit(fixture.request);
  edit.add_aur_target(name);
  CHECK(edit.load().settings.targets.back().aur_names == std::vector{name});
  return edit.text();
}

std::string list(const std::string& names) {
  return "[[targets]]\naur = " + names + "\nnetwork = true\n";
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.report();
  }
  return {};
}

}  // namespace

TEST_CASE("a package of the AUR gets a table of its own at the end of the file") {
  CHECK(with("", "paru") == "[[targets]]\naur = \"paru\"\n");
  CHECK(with("# mine\n", "paru") == "# mine\n\n[[targets]]\naur = \"paru\"\n");
  CHECK(with("[aur]\ndump_from = 9\n\n", "paru") ==
        "[aur]\ndump_from = 9\n\n[[targets]]\naur = \"paru\"\n");
  SECTION("after a last line without an end") {
    CHECK(with("[build]\njobs = 2 # é", "paru") ==
          "[build]\njobs = 2 # é\n\n[[targets]]\naur = \"paru\"\n");
  }
  SECTION("with the line ends that it has") {
    CHECK(with("[build]\r\njobs = 2\r\n", "yay") ==
          "[build]\r\njobs = 2\r\n\r\n[[targets]]\r\naur = \"yay\"\r\n");
  }
  SECTION("below other tables, and after tables of other kinds") {
    const std::string text = "[[targets]]\naur = \"a\"\n[build]\njobs = 2\n";
    CHECK(with(text, "b") == text + "\n[[targets]]\naur = \"b\"\n");
  }
}

TEST_CASE("an entry goes with its comments, and nothing else does") {
  const std::string head = "# all of it\n\n[build] # x\njobs = 2\n\n";
  const std::string other = "# theirs\n[[targets]]\naur = \"other\"\n";
  CHECK(without(head + "[[targets]]\naur = \"a\"\n\n" + other, 0) == head + other);
  CHECK(without(head + other + "\n[[targets]]\naur = \"a\"\n", 1) == head + other);
  CHECK(without("[[targets]]\naur = \"a\"\n", 0).empty());

  SECTION("comments above, within, behind and below it are its own") {
    CHECK(without(head +
                      "# about a\n# more\n  [[targets]] # b\n# c\naur = \"a\" # d\n\n"
                      "network = true\n# force = true\n\n" +
                      other,
                  0) == head + other);
  }
  SECTION("a comment that stands apart stays, above and below") {
    CHECK(without(head + "# of the AUR\n\n[[targets]]\naur = \"a\"\n\n# section\n\n" + other, 0) ==
          head + "# of the AUR\n\n# section\n\n" + other);
  }
  SECTION("a comment directly above the next table is that one's") {
    CHECK(without("[[targets]]\naur = \"a\"\n# theirs\n[[targets]]\naur = \"b\"\n", 0) ==
          "# theirs\n[[targets]]\naur = \"b\"\n");
  }
  SECTION("a comment that heads several tables stays with the others") {
    const std::string three =
        "# helpers\n[[targets]]\naur = \"a\"\n[[targets]]\naur = \"b\"\n"
        "[[targets]]\naur = \"c\"\n";
    CHECK(without(three, 0) == "# helpers\n[[targets]]\naur = \"b\"\n[[targets]]\naur = \"c\"\n");
    CHECK(without(three, 2) == "# helpers\n[[targets]]\naur = \"a\"\n[[targets]]\naur = \"b\"\n");
  }
  SECTION("a comment that begins the file stays") {
    CHECK(without("# my packages\n[[targets]]\naur = \"a\"\n", 0) == "# my packages\n");
  }
  SECTION("of entries in any order, with other tables between") {
    CHECK(without("[[targets]]\naur = \"a\"\n\n[build]\njobs = 2\n\n[[ \"targets\" ]]\n\"aur\" = "
                  "\"b\"\n\n[cache]\npackages = 0\n",
                  1) == "[[targets]]\naur = \"a\"\n\n[build]\njobs = 2\n\n[cache]\npackages = 0\n");
  }
  SECTION("beside keys with dots, and texts that look like more") {
    CHECK(without("build.jobs = 2\n\n[[targets]]\naur = \"a\"\n[image]\npackages = "
                  "[\"x\",\n#[[targets]]\n\"y\"]\n",
                  0) == "build.jobs = 2\n\n[image]\npackages = [\"x\",\n#[[targets]]\n\"y\"]\n");
  }
  SECTION("with its line ends, its byte order mark, and what is no ASCII") {
    CHECK(
        without("\xEF\xBB\xBF# ä\r\n\r\n[[targets]] # ü\r\nurl = \"/ö/a\"\r\n\r\n# €\r\n[[targets]]"
                "\r\nurl = \"/ö/b\"",
                0) == "\xEF\xBB\xBF# ä\r\n\r\n# €\r\n[[targets]]\r\nurl = \"/ö/b\"");
    CHECK(without("\xEF\xBB\xBF[[targets]]\nurl = \"/ö/a\"\n", 0) == "");
  }
  SECTION("of those that stand in an array") {
    CHECK(without("targets = [ {aur = \"a\"}, # x\n  {aur = [\"b\", \"c\"]} ]\n", 0) ==
          "targets = [ # x\n  {aur = [\"b\", \"c\"]} ]\n");
    CHECK(without("targets = [ {aur = \"a\"}, {aur = \"b\"} ]\n", 1) ==
          "targets = [ {aur = \"a\"} ]\n");
  }
}

TEST_CASE("a name goes out of a list in whatever layout") {
  const auto [before, name, after] =
      GENERATE(values<std::tuple<const char*, const char*, const char*>>({
          {R"(["a", "b"])", "a", R"(["b"])"},
          {R"(["a", "b"])", "b", R"(["a"])"},
          {R"([ "a", "b" , "c" ] # x)", "b", R"([ "a", "c" ] # x)"},
          {R"(['a', """b""",])", "b", R"(['a', ])"},
          {"[\n  \"a\", # 1\n  \"b\", # 2\n]", "a", "[\n  \"b\", # 2\n]"},
          {"[\n  \"a\", # 1\n  \"b\" # 2\n]", "b", "[\n  \"a\", # 1\n]"},
          {"[\n  \"a\", # 1\n  \"b\" ]", "b", "[\n  \"a\", # 1\n   ]"},
          {"[\n  # of a\n  \"a\",\n\n  # of b\n  \"b\",\n]", "b", "[\n  # of a\n  \"a\",\n\n]"},
          {"[\n  # of both\n  \"a\",\n  \"b\",\n]", "a", "[\n  # of both\n  \"b\",\n]"},
          {"[ \"a\"\n, \"b\" # 2\n, \"c\"\n]", "c", "[ \"a\"\n, \"b\" # 2\n\n]"},
          {"[ \"a\"\n, \"b\"\n]", "b", "[ \"a\"\n]"},
          {"[ \"a\" # 1\n, \"b\"\n]", "a", "[ \"b\"\n]"},
          {"[\r\n\t\"a\",\r\n\t\"b\",\r\n]", "a", "[\r\n\t\"b\",\r\n]"},
      }));
  CHECK(without(list(before), 0, name) == list(after));
}

TEST_CASE("nothing is changed where more would change than is wanted") {
  Fixture fixture;
  SECTION("what stands in an array gets no table") {
    fixture.file("targets = [ {aur = \"a\"} ]\n");
    FileEdit edit(fixture.request);
    edit.add_aur_target("b");
    const auto error = error_of([&] { edit.write(); });
    CHECK_THAT(error, Catch::Matchers::ContainsSubstring("pkgkiln.toml:3"));
    CHECK_THAT(error, Catch::Matchers::ContainsSubstring(
                          "try: by hand: write at its end: [[targets]], and below that: "
                          "aur = \"b\""));
    CHECK(read_file(fixture.path("pkgkiln.toml")) == "targets = [ {aur = \"a\"} ]\n");
  }
  SECTION("a comment can be the end of a text") {
    fixture.file("[image]\nbase = \"\"\"x\\\n# y\"\"\"\n[[targets]]\naur = \"a\"\n");
    CHECK_THROWS_AS(FileEdit(fixture.request), UsageError);  // no image is called so
    fixture.file("[build]\npackager = \"\"\"\\\n# y\"\"\"\n[[targets]]\naur = \"a\"\n");
    FileEdit edit(fixture.request);
    edit.remove_target(0);
    CHECK_THAT(error_of([&] { edit.write(); }),
               Catch::Matchers::ContainsSubstring(
                   "by hand: take out of it what stands at pkgkiln.toml:4"));
  }
  SECTION("what is no TOML, or has no such keys, is not edited") {
    fixture.file("[[targets]\naur = \"a\"\n");
    CHECK_THROWS_AS(FileEdit(fixture.request), UsageError);
  }
}

TEST_CASE("the file is replaced at once, and stays what it is") {
  Fixture fixture;
  const auto path = fixture.path("pkgkiln.toml");
  const auto add = [&] {
    FileEdit edit(fixture.request);
    edit.add_aur_target("paru");
    edit.write();
  };
  const std::string added = "[[targets]]\naur = \"paru\"\n";
  const auto mode = [&](const std::filesystem::path& of) {
    struct stat status {};
    REQUIRE(::lstat(of.c_str(), &status) == 0);
    return status.st_mode & 07777U;
  };
  SECTION("with its mode") {
    fixture.file("");
    REQUIRE(::chmod(path.c_str(), 0640) == 0);
    add();
    CHECK(read_file(path) == added);
    CHECK(mode(path) == 0640);
  }
  SECTION("where links lead to") {
    fixture.write("dotfiles/pkgkiln.toml", "");
    std::filesystem::create_symlink("dotfiles/pkgkiln.toml", path);
    fixture.request.file = "pkgkiln.toml";
    add();
    CHECK(std::filesystem::is_symlink(path));
    CHECK(read_file(fixture.path("dotfiles/pkgkiln.toml")) == added);
  }
  SECTION("unless somebody else changes it meanwhile") {
    fixture.file("");
    FileEdit edit(fixture.request);
    edit.add_aur_target("paru");
    fixture.file("# theirs\n");
    CHECK_THAT(error_of([&] { edit.write(); }),
               Catch::Matchers::ContainsSubstring("changed it meanwhile"));
    CHECK(read_file(path) == "# theirs\n");
  }
  SECTION("or it can't be written") {
    fixture.write("real.toml/x", "");
    std::filesystem::remove(path);
    std::filesystem::create_symlink("real.toml", path);
    CHECK_THROWS_AS(replace_file(path, "x"), Error);
    CHECK_THROWS_AS(replace_file(fixture.path("nowhere"), "x"), Error);
  }
}

TEST_CASE("a configuration is made where none is") {
  Fixture fixture;
  const auto add = [&] {
    FileEdit edit(fixture.request);
    edit.add_aur_target("paru");
    edit.write();
    return edit.file();
  };
  SECTION("in the user's own place, for nobody else to read") {
    const auto file = add();
    CHECK(file == fixture.path("home/.config/pkgkiln/config.toml"));
    CHECK(fixture.load().settings.file == file);
    CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::others_read) ==
          std::filesystem::perms::none);
  }
  SECTION("by root for all of the system") {
    fixture.request.shared_data = fixture.path("shared");
    CHECK(add() == fixture.path("etc/config.toml"));
    CHECK(fixture.load().settings.targets.size() == 1);
  }
  SECTION("but not one that is named and isn't there") {
    fixture.request.file = "absent.toml";
    CHECK_THROWS_AS(add(), UsageError);
  }
}

namespace {

/// A document by chance: lines, each with the entry that it belongs to, or -1.
struct Document {
  std::mt19937 random;
  std::vector<std::pair<std::string, int>> lines;
  int entries = 0;
  bool has_table = false;
  std::string line_end = "\n";

  explicit Document(unsigned seed) : random(seed) {
    if (chance(3)) line_end = "\r\n";
    if (chance(2)) line("# the head", -1), line("", -1);
    if (chance(2)) line("build.jobs = 2 # ß", -1), line("", -1);
    const auto count = 2 + random() % 6;
    for (unsigned i = 0; i < count; ++i) chance(4) ? table() : entry();
    if (chance(2)) line("# the end", -1);
  }

  bool chance(unsigned of) { return random() % of == 0; }
  void line(const std::string& text, int owner) { lines.emplace_back(text, owner); }
  void gap() {
    line("", -1);
    if (chance(4)) line(fmt::format("# --- {} ---", lines.size()), -1), line("", -1);
  }
  void table() {
    if (std::exchange(has_table, true)) return;
    for (const auto* text : {"[image]", "packages = [", "# [[targets]]", "\"git\"] # \u00e9"})
      line(text, -1);
    gap();
  }
  void entry() {
    const int own = entries++;
    const int above = lines.empty() ? -1 : own;
    for (auto left = random() % 3; left > 0; --left)
      line(fmt::format("  # about {} — {}", own, left), above);
    line(chance(5) ? " [[ targets ]]  # é" : "[[targets]]", own);
    if (chance(3)) line("# within", own);
    line(fmt::format("{}aur = \"p{}\"{}", chance(3) ? "\t" : "", own, chance(3) ? " # [[x]]" : ""),
         own);
    if (chance(3)) line("", own), line("network = true", own);
    if (chance(4)) line("owns = [ # one\n  'x', # two\n]", own);
    if (chance(3)) line("# force = true", own);
    gap();
  }
  std::string text(int without = -2) const {
    std::string result;
    for (const auto& [content, owner] : lines)
      if (owner != without) result += content + line_end;
    return result;
  }
};

std::string without_blank_lines(const std::string& text, const std::string& line_end) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size() - 1) + 1;
    if (text.substr(at, end - at) != line_end) result += text.substr(at, end - at);
    at = end;
  }
  return result;
}

}  // namespace

TEST_CASE("whatever a file looks like, only what is wanted changes in it") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    Document document(seed);
    if (document.entries == 0) continue;
    CAPTURE(seed, document.text());
    Fixture fixture;
    fixture.file(document.text());
    const auto gone = static_cast<int>(document.random() % static_cast<unsigned>(document.entries));
    FileEdit edit(fixture.request);
    edit.remove_target(static_cast<std::size_t>(gone));
    REQUIRE_NOTHROW(edit.load());
    REQUIRE(without_blank_lines(edit.text(), document.line_end) ==
            without_blank_lines(document.text(gone), document.line_end));
    const auto left = edit.text();
    edit.add_aur_target("new");
    REQUIRE_NOTHROW(edit.load());
    REQUIRE(edit.text().starts_with(left));
    edit.remove_target(edit.settings().targets.size() - 1);
    REQUIRE_NOTHROW(edit.load());
    REQUIRE(without_blank_lines(edit.text(), document.line_end) ==
            without_blank_lines(left, document.line_end));
  }
}

TEST_CASE("whatever a list looks like, only what is wanted goes out of it") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    const auto one_of = [&](std::vector<std::string> texts) {
      return texts[random() % texts.size()];
    };
    const std::size_t count = 2 + random() % 4, gone = random() % count;
    std::string names = "[";
    std::vector<std::string> comments;  // of the others
    for (std::size_t i = 0; i < count; ++i) {
      const auto comment = [&](const char* where) {
        auto text = fmt::format("# {} n{} é, \"]", where, i);
        if (i != gone) comments.push_back(text);
        return text + "\n";
      };
      names += one_of({"", " ", "\n  ", "\r\n\t"});
      if (random() % 4 == 0) names += "\n" + comment("above");
      names +=
          fmt::format("{0}n{1}{0}", one_of({"'", "\"", "\"\"\""}), i) + one_of({"", " ", "\n"});
      if (random() % 4 == 0) names += comment("before the comma of");
      if (i + 1 < count || random() % 2 == 0) names += "," + one_of({"", "  "});
      if (random() % 3 == 0) names += comment("behind");
    }
    const auto text = list(names + "]");
    CAPTURE(seed, text);
    const auto left = without(text, 0, fmt::format("n{}", gone));
    CAPTURE(left);
    std::size_t at = 0;
    for (const auto& comment : comments) {
      at = left.find(comment, at);
      REQUIRE(at != std::string::npos);
    }
    REQUIRE(left.ends_with("\nnetwork = true\n"));
  }
}

}  // namespace pkgkiln::config::test
