#include "core/pkgbuild/shell_parser.hpp"

#include "tests/catch.hpp"

using pkgkiln::pacman::parse_shell;
using pkgkiln::pacman::Unclear;

namespace {

std::vector<std::string> tokens(const std::string& text) {
  return parse_shell(text).tokens;
}

}  // namespace

TEST_CASE("texts that do the same have the same words") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"echo a b\n", "echo  'a' \"b\"   # a comment\n"},
      {"echo a\necho b\n", "echo a;echo b"},
      {"bun add x\n", "'b''u''n' a\"d\"d \\\nx\n"},
      {"bun\n", "$'\\x62un'\n"},
      {"bun\n", "$'\\142\\u0075n'\n"},
      {"echo $x ${y}\n", "echo ${x} $y\n"},
      {"echo \"$x-$y\"\n", "echo \"${x}\"-\"${y}\"\n"},
      {"echo 'a b'\n", "echo a\\ b\n"},
      {"x=1 y=(a 'b')\n", "x='1' y=(\n  a # one\n  b\n)\n"},
      {"if a; then b; fi\n", "if a\nthen\n  b\nfi\n"},
      {"if a; then b; elif c; then d; fi\n", "if a; then b; else if c; then d; fi; fi\n"},
      {"f() { a; }\n", "function f\n{\n  a\n}\n"},
      {"f() (a)\n", "f() {\n  ( a )\n}\n"},
      {"a >x b\n", ">x a b\n"},
      {"a 2>&1 | b\n", "a 2>&1 |\n  b\n"},
      {"x=$(a; b)\n", "x=$(\n  a # first\n  b\n)\n"},
      {"x=\"$(a \"b\")\"\n", "x=\"$( a b )\"\n"},
      {"cat <(a 'b')\n", "cat <( a b )\n"},
      {"case $x in a) b ;; (c|d) e;; esac\n",
       "case ${x} in\n  a)\n    b\n    ;;\n  c | d) e ;;\nesac\n"},
      {"[[ -n $x && $y == a* ]]\n", "[[ -n ${x} &&\n  $y == a* ]]\n"},
      {"for x in a b; do c; done\n", "for x in a b\ndo\n  c\ndone\n"},
      {"a && b || c\n", "a &&\n  b ||\n  c\n"},
  };
  for (const auto& [left, right] : cases) {
    CAPTURE(left, right);
    CHECK(tokens(left) == tokens(right));
  }
}

TEST_CASE("texts that may do something else have other words") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"echo $x\n", "echo \"$x\"\n"},
      {"echo *\n", "echo '*'\n"},
      {"echo {a,b}\n", "echo '{a,b}'\n"},
      {"echo ~\n", "echo '~'\n"},
      {"echo $x\n", "echo '$x'\n"},
      {"echo $x\n", "echo \\$x\n"},
      {"echo a b\n", "echo 'a b'\n"},
      {"echo a\\ b\n", "echo a b\n"},
      {"echo ''\n", "echo\n"},
      {"if a; then b; fi\n", "'if' a; then b\n"},
      {"a=b\n", "'a=b'\n"},
      {"a b\n", "a; b\n"},
      {"a; b\n", "a & b\n"},
      {"a && b\n", "a || b\n"},
      {"a | b\n", "a || b\n"},
      {"a > x\n", "a >> x\n"},
      {"a 2 >x\n", "a 2>x\n"},
      {"a >x\n", "a '>x'\n"},
      {"a #b\n", "a \\#b\n"},
      {"a#b\n", "a #b\n"},
      {"a=(b c)\n", "a='(b c)'\n"},
      {"a=(b c)\n", "a=(c b)\n"},
      {"a=1\n", "a+=1\n"},
      {"a[0]=1\n", "a[1]=1\n"},
      {"$(a)\n", "'$(a)'\n"},
      {"$(a)\n", "`a`\n"},
      {"echo $((1))\n", "echo $((2))\n"},
      {"[[ a == b* ]]\n", "[[ a == 'b*' ]]\n"},
      {"[[ a =~ b.c ]]\n", "[[ a =~ 'b.c' ]]\n"},
      {"cat <<E\n$x\nE\n", "cat <<'E'\n$x\nE\n"},
      {"cat <<E\na\nE\n", "cat <<E\n a\nE\n"},
      {"f() { a; }\n", "f() { b; }\n"},
      {"f() { g() { a; }; }\n", "f() { h() { a; }; }\n"},
  };
  for (const auto& [left, right] : cases) {
    CAPTURE(left, right);
    std::vector<std::string> other;
    try {
      other = tokens(right);
    } catch (const Unclear&) {
      other = {"unclear"};
    }
    CHECK(tokens(left) != other);
  }
}

TEST_CASE("what the shell runs is no comment and no here-document") {
  const auto* text = GENERATE(
      "cat <<E\nE\nevil\n", "cat <<-E\n\tE\nevil\n", "cat <<'E'\n\\\nE\nevil\n",
      "cat <<E\nx\\\\\nE\nevil\n", "cat <<E; evil\nE\n", "cat <<A <<B\nA\nB\nevil\n",
      "x=a#b; evil\n", "x=${y#z}; evil\n", "x='#'; evil\n", "x=\"#\n\"; evil\n", "x=$#; evil\n",
      "x=$(( 1 # 2 )); evil\n", "x=${y/'#'/z}; evil\n", "x=\"${y/'\"'/ # }\"; evil\n",
      "x=$(a # )\n); evil\n", "(a # )\n); evil\n", "x=(a # )\n); evil\n",
      "case x in a) ;; esac; evil\n", "x=$(case x in a) b # )\n;; esac); evil\n",
      "x=\\\n# y\nevil\n", "a\\\n#b; evil\n", "x=\"`a \\\"#\\\"`\"; evil\n", "x=$'\\'#'; evil\n",
      "x=\"a 'b # \"; evil\n", "[[ a =~ [#] ]]; evil\n", "f() { a; }; evil\n",
      "function f { a; }; evil\n", "{ a; }; evil\n", "x=<(a # b\n); evil\n", "echo }; evil\n",
      "if a; then b; fi; evil\n");
  CAPTURE(text);
  const auto found = tokens(text);
  CHECK(std::find(found.begin(), found.end(), "wevil") != found.end());
}

TEST_CASE("what is a comment or a here-document isn't run") {
  const auto* text =
      GENERATE("a # evil\n", "#evil\n", "a;#evil\n", "(a)#evil\n", "cat <<E\nevil\nE\n",
               "cat <<E\nx\\\nE\nevil\nE\n", "cat <<'E'\nevil\n E\nE\n", "x=( # evil\n)\n",
               "x=$(a # evil\n)\n", "x=\"$(a # evil\n)\"\n");
  CAPTURE(text);
  const auto found = tokens(text);
  CHECK(std::find(found.begin(), found.end(), "wevil") == found.end());
}

TEST_CASE("nothing takes long to read, however it is written") {
  const std::string unit =
      GENERATE("$((", "$(", "((", "(", "${a:-", "\"$(", "$(case x in a) ", "if a; then ", "{ ",
               "[[ ( ", "x=(", "a <<E\n", "<(", "f() { ", "! ", "a | ", "a && ");
  CAPTURE(unit);
  std::string text;
  while (text.size() < 200'000) text += unit;
  CHECK_THROWS_AS(parse_shell(text), Unclear);
  // What was tried in vain is tried a few times only.
  std::string nested = "a";
  for (int i = 0; i < 60; ++i) nested = "$((" + nested + ") b)";
  CHECK_THROWS_AS(parse_shell("x=" + nested + "\n"), Unclear);
}
