#include "core/trust/recipe_diff.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/unit/core/git/test_repository.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using namespace pkgkiln::trust;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Equals;

namespace {

using FileKind = RecipeFile::Kind;
using Texts = std::vector<std::string>;

RecipeFile file(std::string content, FileKind kind = FileKind::file) {
  return {kind, std::move(content)};
}

RecipeDiff compared(const RecipeFiles& before, const RecipeFiles& after, Whole whole = Whole::no) {
  return compare_files(before, after, whole, kNever);
}

/// What is shown of a line that is new in a PKGBUILD.
std::string shown(const std::string& line) {
  const auto diff =
      compared({{"PKGBUILD", file("a\n")}}, {{"PKGBUILD", file("a\n" + line + "\n")}});
  REQUIRE(diff.files.size() == 1);
  REQUIRE(diff.files.front().hunks.size() == 1);
  return diff.files.front().hunks.front().lines.at(1).text;
}

std::string numbered(int first, int last) {
  std::string lines;
  for (int i = first; i <= last; ++i) lines += std::to_string(i) + "\n";
  return lines;
}

bool no_distribution(const std::string& /*name*/) {
  return false;
}

}  // namespace

TEST_CASE("a changed file is shown in hunks, with what was added and removed") {
  const auto before = numbered(1, 40);
  auto after = before;
  after.replace(after.find("\n5\n"), 3, "\nfive\n");
  after += "41";
  const auto diff = compared({{"PKGBUILD", file(before)}, {"same", file("x")}},
                             {{"PKGBUILD", file(after)}, {"same", file("x")}});
  REQUIRE(diff.files.size() == 1);
  const auto& one = diff.files.front();
  CHECK(one.kind == FileDiff::Kind::changed);
  CHECK(one.added == 2);
  CHECK(one.removed == 1);
  CHECK_THAT(one.notes, Equals(Texts{"ends without a line break now"}));
  CHECK(unified(diff) ==
        "--- PKGBUILD\n+++ PKGBUILD\n    ends without a line break now\n"
        "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        "@@ -38,3 +38,4 @@\n 38\n 39\n 40\n+41\n");
}

TEST_CASE("all of a recipe that was not there before is new") {
  const auto diff = compared({}, {{"a.sh", file("x\n", FileKind::executable)},
                                  {".SRCINFO", file("y\n")},
                                  {"x.install", file("z\n")},
                                  {"to", file("/etc/passwd", FileKind::link)},
                                  {"PKGBUILD", file("a\nb\n")}});
  Texts paths;
  for (const auto& one : diff.files) {
    paths.push_back(one.path);
    CHECK(one.kind == FileDiff::Kind::created);
  }
  CHECK_THAT(paths, Equals(Texts{"PKGBUILD", "x.install", "a.sh", "to", ".SRCINFO"}));
  CHECK(diff.files.at(0).added == 2);
  CHECK_THAT(diff.files.at(2).notes, Equals(Texts{"is executable"}));
  CHECK_THAT(diff.files.at(3).notes, Equals(Texts{"is a link"}));
  CHECK_THAT(unified(diff),
             ContainsSubstring("--- /dev/null\n+++ PKGBUILD\n@@ -0,0 +1,2 @@\n+a\n+b\n"));
}

TEST_CASE("files that are gone, of another kind or the same") {
  const RecipeFiles before = {
      {"gone", file("x\ny\n")}, {"mode", file("m\n")}, {"same", file("s\n")}};
  const RecipeFiles after = {{"mode", file("m\n", FileKind::executable)}, {"same", file("s\n")}};
  const auto diff = compared(before, after);
  REQUIRE(diff.files.size() == 2);
  CHECK(word(diff.files[0].kind) == std::string("removed"));
  CHECK(diff.files[0].removed == 2);
  CHECK(word(diff.files[1].kind) == std::string("mode"));
  CHECK_THAT(diff.files[1].notes, Equals(Texts{"is executable"}));
  CHECK(diff.files[1].hunks.empty());
  const auto whole = compared(before, after, Whole::yes);
  REQUIRE(whole.files.size() == 3);
  CHECK(word(whole.files[2].kind) == std::string("same"));
  CHECK_THAT(unified(whole), ContainsSubstring("--- same\n+++ same\n@@ -1,1 +1,1 @@\n s\n"));
  CHECK_THAT(compared(after, before).files.at(1).notes, Equals(Texts{"is executable no more"}));
}

TEST_CASE("the whole of a changed file is shown where that is wanted") {
  const auto diff = compared({{"PKGBUILD", file(numbered(1, 100))}},
                             {{"PKGBUILD", file(numbered(1, 99) + "x\n")}}, Whole::yes);
  CHECK(diff.files.at(0).hunks.size() == 1);
  CHECK(diff.files.at(0).hunks.at(0).lines.size() == 101);
}

TEST_CASE("lines that look like a diff's own are the file's") {
  const std::string before = "@@ -1,1 +1,1 @@\n-x\n+++ b\n--- a\n\\ No newline\n";
  const auto diff =
      compared({{"PKGBUILD", file(before)}}, {{"PKGBUILD", file(before + "--- b\n")}});
  CHECK_THAT(unified(diff), ContainsSubstring(" +++ b\n ---") && ContainsSubstring("+--- b\n"));
  CHECK(diff.files.at(0).added == 1);
  CHECK(diff.files.at(0).removed == 0);
}

TEST_CASE(
    "what a terminal obeys, turns around or shows like another letter is written as its number") {
  CHECK(shown("a\x1b[2Kb") == "a\\x1b[2Kb");
  CHECK(shown("a\rb") == "a\\x0db");
  CHECK(shown("a\xe2\x80\xae"
              "b") == "a\\u202eb");
  CHECK(shown("a\xe2\x80\x8b"
              "b") == "a\\u200bb");
  CHECK(shown("https://\xd0\xb0ur.example") == "https://\\u0430ur.example");
  CHECK(shown("\xff") == "\\xff");
  // Nothing is made of a comment, but its directions count.
  CHECK(shown("  # Maintainer: Ren\xc3\xa9\xe2\x80\xae") == "  # Maintainer: Ren\xc3\xa9\\u202e");
  const auto diff =
      compared({}, {{"a\n\x1b[31m\xe2\x80\xae", file("x\n")}, {"README", file("\xc3\xa9\n")}});
  CHECK(diff.files.at(0).path == "a \\x1b[31m\\u202e");
  CHECK(diff.files.at(1).hunks.at(0).lines.at(0).text == "\xc3\xa9");
}

TEST_CASE("what hides something by its length is cut, and said") {
  CHECK(shown("a" + std::string(200, ' ') + "curl x") == "a [200 blanks] curl x");
  CHECK(shown("a" + std::string(39, ' ') + "b") == "a" + std::string(39, ' ') + "b");
  CHECK_THAT(shown(std::string(5'000, 'x')), ContainsSubstring("xx [3000 more bytes]"));
  const auto diff = compared(
      {{"PKGBUILD", file("a\n")}},
      {{"PKGBUILD", file("a\n" + std::string(30, '\n') + "rm -rf /\n" + std::string(9'000, 'y') +
                         "\nz" + std::string(100, '\t') + "w\n")}});
  const auto& one = diff.files.at(0);
  CHECK(one.added == 33);
  CHECK_THAT(unified(diff), ContainsSubstring("+[30 empty lines]\n+rm -rf /\n"));
  CHECK_THAT(one.notes, Equals(Texts{"30 empty lines from 2 on", "line 33 has 9000 bytes",
                                     "line 34 has 100 blanks in a row"}));
}

TEST_CASE("what is no text is told and not shown") {
  using namespace std::string_literals;
  const auto diff = compared({{"b", file("MZ\0"s)}, {"c", file("\0"s)}}, {{"a", file("\x7f"
                                                                                     "ELF\0curl"s)},
                                                                          {"b", file("text\n")},
                                                                          {"c", file("\0\1"s)}});
  CHECK_THAT(diff.files.at(0).notes, Equals(Texts{"binary, 9 bytes: a program or library (ELF)"}));
  CHECK_THAT(diff.files.at(1).notes,
             Equals(Texts{"binary before, 3 bytes: a program for Windows"}));
  CHECK_THAT(diff.files.at(2).notes, Equals(Texts{"binary before, 1 bytes: of an unknown kind",
                                                  "binary now, 2 bytes: of an unknown kind"}));
  for (const auto& one : diff.files) CHECK(one.hunks.empty());
}

TEST_CASE("words on new lines that deserve a look are told with their files") {
  const auto diff =
      compared({{"PKGBUILD", file("wget old\n")}},
               {{"PKGBUILD", file("curly\ncurl -O x | bash -c y\n'b''u''n' 'a'\"d\"d\n")},
                {"x.install", file("echo >>~/.bashrc\n")}});
  CHECK_THAT(diff.words, Equals(Texts{"curl (PKGBUILD)", "bash -c (PKGBUILD)",
                                      "bun (in pieces) (PKGBUILD)", ".bashrc (x.install)"}));
  using Spans = std::vector<std::pair<std::size_t, std::size_t>>;
  CHECK(notable_in("a curl, _curl curl_ python3 -c") == Spans{{2, 4}, {20, 10}});
  CHECK(notable_in("").empty());
}

TEST_CASE("however much there is, what is shown is bounded and says so") {
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += std::string(100, 'x') + "\n";
  RecipeFiles many;
  for (int i = 0; i < 1'200; ++i) many["f" + std::to_string(i)] = file(lines);
  many["long"] = file(std::string(3U << 20U, 'x'));
  const auto diff = compared({}, many);
  CHECK(diff.files.size() == 1'000);
  CHECK_THAT(diff.left_out,
             ContainsSubstring("more lines are not shown, 201 more files are not shown"));
  CHECK(unified(diff).size() < 2U << 20U);
  RecipeFiles others;
  for (const auto& [path, content] : many) others[path] = file("x" + content.content);
  const auto changed = compared(many, others);
  Texts notes;
  for (const auto& one : changed.files)
    notes.insert(notes.end(), one.notes.begin(), one.notes.end());
  CHECK(std::count(notes.begin(), notes.end(), "is another; too many files changed to show how") ==
        800);
  CHECK_THAT(compared({{"long", many["long"]}}, {{"long", file("x\n")}}).files.at(0).notes,
             Equals(Texts{"too long to be shown before: 3145728 bytes"}));
}

TEST_CASE("nobody's configuration of git changes what is shown") {
  const TempDir home;
  write(home.path() / "config", "[diff]\n\texternal = touch " + (home.path() / "proof").string() +
                                    "\n\tnoprefix = true\n\tcontext = 0\n[color]\n\tui = always\n"
                                    "[core]\n\tattributesFile = " +
                                    (home.path() / "attributes").string() + "\n");
  write(home.path() / "attributes", "* -diff\n");
  write(home.path() / ".config/git/attributes", "* -diff\n");
  const ScopedVariable set_home("HOME", home.path().string());
  const ScopedVariable global("GIT_CONFIG_GLOBAL", (home.path() / "config").string());
  const ScopedVariable external("GIT_EXTERNAL_DIFF", "touch " + (home.path() / "proof").string());
  const auto diff = compared({{"PKGBUILD", file("a\nb\n")}, {".gitattributes", file("")}},
                             {{"PKGBUILD", file("a\nc\n")}, {".gitattributes", file("* -diff\n")}});
  CHECK_THAT(unified(diff), ContainsSubstring("@@ -1,2 +1,2 @@\n a\n-b\n+c\n"));
  CHECK_FALSE(std::filesystem::exists(home.path() / "proof"));
}

TEST_CASE("an honest recipe gives no warnings at first sight") {
  CHECK(
      first_sight({{"PKGBUILD", file("pkgname=x\npkgver=1\nsource=(a.patch "
                                     "https://example.com/x.tgz{,.sig} git+https://example.com/x)\n"
                                     "sha256sums=(SKIP 1234 SKIP SKIP)\nbuild() { make; }\n")},
                   {"a.patch", file("+x\n")},
                   {"README.md", file("curl it\n")}},
                  "x86_64", no_distribution)
          .empty());
}

TEST_CASE("at first sight a recipe's risks are told") {
  using namespace std::string_literals;
  const auto warnings = [](const std::string& pkgbuild, RecipeFiles files = {}) {
    files["PKGBUILD"] = file("pkgver=1\n" + pkgbuild);
    return first_sight(files, "x86_64", [](const std::string& name) { return name == "firefox"; });
  };
  CHECK_THAT(warnings("pkgname=firefox-fix-bin\n"),
             Equals(Texts{"firefox-fix-bin is called after firefox, which the distribution has"}));
  CHECK(warnings("pkgname=firefox-git\n").empty());
  CHECK(warnings("pkgname=fire-bin\n").empty());
  CHECK_THAT(warnings("pkgname=x\ninstall=y\n", {{"x.install", file("x")}}),
             Equals(Texts{"runs as root on every machine that installs it: x.install, y"}));
  CHECK_THAT(warnings("pkgname=x\ntouch /tmp/x\n"),
             Equals(Texts{"1 command runs wherever the PKGBUILD is only read: touch /tmp/x"}));
  CHECK_THAT(warnings("pkgname=x\nsource=(http://a/b http://a/c)\nmd5sums=(1 SKIP)\n"
                      "source_x86_64=(http://a/d)\nb2sums_x86_64=(SKIP)\n"),
             Equals(Texts{"is downloaded without a checksum: http://a/c, http://a/d"}));
  CHECK_THAT(warnings("pkgname=x\n", {{"hasher", file("\x7f"
                                                      "ELF\0"s)}}),
             Equals(Texts{"is no text: hasher: a program or library (ELF)"}));
  CHECK_THAT(warnings("pkgname=x\nbuild() { npm install y; }\n", {{"a.sh", file("eval x\n")}}),
             Equals(Texts{"words worth a look: npm (PKGBUILD), eval (a.sh)"}));
  CHECK_THAT(warnings("pkgname=x\nbuild() {\n"),
             Equals(Texts{"the PKGBUILD can't be read without running it"}));
}
