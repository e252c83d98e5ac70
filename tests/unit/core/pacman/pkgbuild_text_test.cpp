#include "core/pacman/pkgbuild_text.hpp"

#include "tests/catch.hpp"

using pkgkiln::pacman::PkgbuildText;
using Texts = std::vector<std::string>;

TEST_CASE("a plain word of a PKGBUILD is read") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"v=1.0", "1.0"},
      {"a=2\nv=1.0\nb=3\n", "1.0"},
      {"v='1.0'\n", "1.0"},
      {"v=\"1.0\" \t# new\n", "1.0"},
      {"v=1.0\r\n", "1.0"},
      {"v=r1.a_b+c~d@e-f\n", "r1.a_b+c~d@e-f"},
      {"v=\n", ""},
      {"v=''\n", ""},
      {"v=", ""},
      {"", ""},
      {"_v=1\nvv=2\n  # v=3\n", ""},
      {"v=1\nw=$v-$w v\nx=\"$v=${v} ${v[0]}\"\n", "1"},
      {"v=1\nf() {\n  v=2\n  echo }\n}\n", "1"},
      {"v=1\nf() { v=2; }\ng()\n{\n\tv=2\n}\nh() (\n v=2\n)\nfunction i {\n v=2\n}\n", "1"},
      {"v=1\nf() { # all of it }\n  v=2\n}\n", "1"}};
  for (const auto& [text, word] : cases) {
    CAPTURE(text);
    CHECK(PkgbuildText(text).word("v") == word);
  }
}

TEST_CASE("a word that isn't plain is unclear") {
  const auto* text = GENERATE(
      "v=$w\n", "v=${w}\n", "v=\"$w\"\n", "v=$(date)\n", "v=`date`\n", "v='1\n'\n", "v='1\n",
      "v=1\\\n2\n", "v='1'2\n", "v=1'2'\n", "v=\"1\"\"2\"\n", "v=1 2\n", "v= 1\n", "v=1;w=2\n",
      "v=1#2\n", "v='1'#2\n", "v=~\n", "v=(1)\n", "v=1|2\n", "v={1,2}\n", "v=*\n", "v=\xc3\xa4\n");
  CAPTURE(text);
  CHECK_FALSE(PkgbuildText(text).word("v"));
}

TEST_CASE("a variable that more than one line may set is unclear") {
  const auto* more =
      GENERATE("v=1\n", "v+=2\n", "v[0]=2\n", "  v=2\n", "[ x ] && v=2\n", "w=1;v=2\n",
               "declare v=2\n", "((v++))\n", "((v+=1))\n", "((v-=1))\n", "((v--))\n", "{ v=2; }\n",
               "f() {\nv=2\n}\n", "f() {\n}\n  v=2\n", "f() { true; }\n  v=2\n", "source x\n",
               ". ./x\n", "  eval $x\n", "read -r v\n", "unset v\n", "mapfile v <x\n", "f() {\n");
  CAPTURE(more);
  CHECK(PkgbuildText("v=1\n").word("v"));
  CHECK_FALSE(PkgbuildText(std::string("v=1\n") + more).word("v"));
  CHECK_FALSE(PkgbuildText(std::string(more) + "v=1\n").word("v"));
  CHECK_FALSE(PkgbuildText(std::string(more) + "v=(1)\n").words("v"));
}

TEST_CASE("a plain array of a PKGBUILD is read") {
  const std::vector<std::pair<std::string, Texts>> cases = {
      {"v=(a)", {"a"}},
      {"v=(a 'b' \"c\")\n", {"a", "b", "c"}},
      {"v=(  a\tb )  # both\n", {"a", "b"}},
      {"v=(\n  a # the first\n  # 'none'\r\n\n  b\n)\nw=(c)\n", {"a", "b"}},
      {"v=()\n", {}},
      {"w=(c)\n", {}}};
  for (const auto& [text, words] : cases) {
    CAPTURE(text);
    CHECK(PkgbuildText(text).words("v") == words);
  }
}

TEST_CASE("an array that isn't plain is unclear") {
  const auto* text =
      GENERATE("v=a\n", "v=\n", "v=(a $b)\n", "v=(a \"${b[@]}\")\n", "v=(a{b,c})\n", "v=(a $(b))\n",
               "v=(a\n", "v=(a 'b)\n", "v=(a (b))\n", "v=(a;b)\n", "v=(a 'b''c')\n", "v=(a b) c\n",
               "v=(a b);w=1\n", "v=(a b)#\n", "v=(a#b)\n", "v=([1]=a)\n", "v=(a '')\n",
               "v=(a \\\n b)\n", "v=(*)\n");
  CAPTURE(text);
  CHECK_FALSE(PkgbuildText(text).words("v"));
}

TEST_CASE("an array of a PKGBUILD is bounded") {
  std::string text = "v=(";
  for (int i = 0; i < 10'001; ++i) text += "a ";
  CHECK_FALSE(PkgbuildText(text + ")").words("v"));
}

TEST_CASE("a pkgver() is recognised") {
  const auto* with = GENERATE("pkgver=1\npkgver() {\n}\n", "pkgver ( ) {\n}\n",
                              "function pkgver {\n}\n", "  pkgver() { true; }\n", "source x\n");
  CAPTURE(with);
  CHECK(PkgbuildText(with).may_have_pkgver_function());
}

TEST_CASE("what isn't a pkgver() isn't taken for one") {
  const auto* without = GENERATE("pkgver=1\nbuild() { echo pkgver; }\n", "# pkgver() {\n",
                                 "_pkgver() { true; }\n", "build() {\n  source x\n}\n");
  CAPTURE(without);
  CHECK_FALSE(PkgbuildText(without).may_have_pkgver_function());
}
