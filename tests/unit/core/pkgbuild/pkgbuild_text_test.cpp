#include "core/pkgbuild/pkgbuild_text.hpp"

#include "tests/catch.hpp"

using pkgkiln::pacman::PkgbuildText;
using Texts = std::vector<std::string>;

namespace {

std::optional<Texts> words(const std::string& text, const std::string& name = "v") {
  return PkgbuildText(text).words(name);
}

}  // namespace

TEST_CASE("what a PKGBUILD sets in plain words is read as the shell reads it") {
  const std::vector<std::pair<std::string, Texts>> cases = {
      {"v=1.0", {"1.0"}},
      {"a=2\nv=1.0\nb=3\n", {"1.0"}},
      {"v='1.0'\n", {"1.0"}},
      {"v=\"1.0\" \t# new\n", {"1.0"}},
      {"v=1#2\n", {"1#2"}},
      {"v='1'2\"3\"\\4\n", {"1234"}},
      {"v=1\\\n2\n", {"12"}},
      {"v='a b'\n", {"a b"}},
      {"v=\"a\\\"b\\c\"\n", {"a\"b\\c"}},
      {"v=*\n", {"*"}},
      {"v={a,b}\n", {"{a,b}"}},
      {"v=\n", {""}},
      {"v=", {""}},
      {"", {}},
      {"_v=1\nvv=2\n  # v=3\n", {}},
      {"v=1; w=2 v=3;", {"3"}},
      {"v=1\nv=2\n", {"2"}},
      {"v=1\nv+=2\n", {"12"}},
      {"w=1\nv=$w-${w}_\"$w\"\n", {"1-1_1"}},
      {"v=1\nf() {\n  v=2\n  echo }\n}\n", {"1"}},
      {"v=1\nf() { v=2; }\ng()\n{\n\tv=2\n}\nh() (\n v=2\n)\nfunction i {\n v=2\n}\n", {"1"}},
      {"v=1\nf() { # all of it }\n  v=2\n  }\n", {"1"}},
      {"f() {\n cat <<'E' >x; { v=2; }\n}\n'\"v=2\nE\n}\nv=1\n", {"1"}},
      {"f() {\n a=( '}'\n } )\n for x in }; do { :; }; done\n case $x in }) ;; esac\n}\nv=1\n",
       {"1"}},
      {"f() {\n x=\"$(echo \"}\" `echo '}'` ${x:-}})\" y=$((1<<2)); ((x<<=1)); }\nv=1\n", {"1"}},
      {"v=(a)", {"a"}},
      {"v=(a 'b' \"c d\")\n", {"a", "b", "c d"}},
      {"v=(\n  a # the first\n  # 'none'\n\n  b\n)\nw=(c)\n", {"a", "b"}},
      {"v=()\n", {}},
      {"v=('')\n", {""}},
      {"v=(a)\nv+=(b)\n", {"a", "b"}},
      {"v=a\nv+=(b)\n", {"a", "b"}},
      {"v=(a b)\nv=c\n", {"c", "b"}},
      {"v=(a b)\nv+=c\n", {"ac", "b"}},
      {"w=(a 'b c')\nv=(x \"${w[@]}\" ${w[0]} \"$w\")\n", {"x", "a", "b c", "a", "a"}},
      {"v=(a{b,c} {d,e{f,g}}h \"x\"{,.sig} '{i,j}')\n",
       {"ab", "ac", "dh", "efh", "egh", "x", "x.sig", "{i,j}"}},
      {"w=\nv=(a $w \"$w\")\n", {"a", ""}}};
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(words(text) == expected);
  }
}

TEST_CASE("the usual operations on variables are done as the shell does them") {
  const std::string set = "w=foo-git.bar-git\nu=1.2.3\np='*'\ne=\nwith=(a-1 b-1)\npkgver=1_2\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"${w%-git}", "foo-git.bar"},
      {"${w%-*}", "foo-git.bar"},
      {"${w%%-*}", "foo"},
      {"${w#*-}", "git.bar-git"},
      {"${w##*-}", "git"},
      {"${w#foo}", "-git.bar-git"},
      {"${w%x}", "foo-git.bar-git"},
      {"${u%.*}", "1.2"},
      {"${u%?}", "1.2."},
      {"${u/./_}", "1_2.3"},
      {"${u//./_}", "1_2_3"},
      {"${u//.}", "123"},
      {"${w//-g*}", "foo"},
      {"${w//-/\\/}", "foo/git.bar/git"},
      {"${w^}", "Foo-git.bar-git"},
      {"${w^^}", "FOO-GIT.BAR-GIT"},
      {"${w::3}", "foo"},
      {"${w:4:3}", "git"},
      {"${w:11}", "-git"},
      {"${e:-x}", "x"},
      {"${e-x}", ""},
      {"${u:+$u:}", "1.2.3:"},
      {"${epoch:+$epoch:}", ""},
      {"${u%$p}", "1.2.3"},
      {"${u%%$p}", ""},
      {"${u%%\"$p\"}", "1.2.3"},
      {"${pkgver//_/-}", "1-2"},
      {"${with[1]%-1}", "b"},
      {"${with%-1}", "a"}};
  for (const auto& [expression, expected] : cases) {
    CAPTURE(expression);
    CHECK(words(set + "v=\"" + expression + "\"\n") == Texts{expected});
  }
  CHECK(words(set + "v=(\"${with[@]%-1}\")\n") == Texts{"a", "b"});
  for (const auto* unclear : {"v=(\"${with[@]/#/x}\")\n", "v=${u//[0-9]}\n", "v=${u/./&}\n"})
    CHECK_FALSE(words(set + unclear));
}

TEST_CASE("a value that has to be run for is unclear, and what else is set isn't") {
  const auto* text = GENERATE(
      "v=$w\n", "v=${w}\n", "v=\"$w\"\n", "v=$(date)\n", "v=`date`\n", "v=~\n", "v=a:~\n", "v=$1\n",
      "v=$'a'\n", "v=${#w}\n", "v=${!w}\n", "v=(*)\n", "v=(a[b])\n", "v=(~)\n", "x='a b'\nv=($x)\n",
      "v=(a $(b))\n", "RANDOM=1\nv=$RANDOM\n", "x=$(y)\nv=1$x\n", "v+=$(a)\n", "v=1\nv+=$w\n",
      "v=(a)\nv+=($w)\n", "v=$(case)\n", "v=\"${x:-$(a)}\"\nx=\n");
  CAPTURE(text);
  CHECK_FALSE(words(text));
  if (std::string_view(text).find("case") == std::string_view::npos)
    CHECK(words(std::string(text) + "w=1\n", "w") == Texts{"1"});
}

TEST_CASE("what outside of functions can be told without running it is read") {
  const std::vector<std::pair<std::string, Texts>> cases = {
      {"{ v=2; }\n", {"2"}},
      {"(v=2)\n", {"1"}},
      {"v=2 | :\n", {"1"}},
      {"v=2 &\n", {"1"}},
      {"v=2 >x\n", {"2"}},
      {"v=2 && :\n", {"2"}},
      {"[ x ] && v=2\n", {"2"}},
      {"[ \"$v\" = 2 ] || v=3\n", {"3"}},
      {"[ ! -n \"$v\" ] && v=2\n", {"1"}},
      {"test -z \"$v\" && v=2\n", {"1"}},
      {"[[ $v == 1 ]] && v=2\n", {"2"}},
      {"[[ $v != [ab]* && -n $v ]] && v=2\n", {}},
      {"[[ ( $v == 2 || $v == 1 ) && ! -z $v ]] && v=2\n", {"2"}},
      {"[[ $v -gt 0 ]] && v=2\n", {"2"}},
      {"[[ foobar == foo* ]] && v=2\n", {"2"}},
      {"[[ foobar == \"foo*\" ]] && v=2\n", {"1"}},
      {"[[ ${_unset::1} == t ]] && v=2\n", {"1"}},
      {"if :; then v=2; fi\n", {"2"}},
      {"if [ $v = 2 ]; then v=3; elif [ $v = 1 ]; then v=4; else v=5; fi\n", {"4"}},
      {"if false; then v=3; else v=5; fi\n", {"5"}},
      {"! v=2\n", {"2"}},
      {"time v=2\n", {"2"}},
      {"case x in y) v=3;; x | z) v=2;; *) v=4;; esac\n", {"2"}},
      {"case $v in (2) v=3 ;; *) v=4 ; esac\n", {"4"}},
      {"for v in 2 3; do :; done\n", {"3"}},
      {"w=(a b)\nfor x in \"${w[@]}\"; do v+=$x; done\n", {"1ab"}},
      {"f() { v=2; }; f\n", {"2"}},
      {"f() { :; } && f\n", {"1"}},
      {"declare v=2\n", {"2"}},
      {"export v=2\n", {"2"}},
      {"readonly v=2\n", {"2"}},
      {"unset v\n", {}},
      {"v[0]=2\n", {"2"}},
      {"v[1]=2\n", {"1", "2"}},
      {"v[0]+=2\n", {"12"}},
      {": ${v:=2} ${_w=3}\nv+=$_w\n", {"13"}},
      {": \"${v=2}\"\n", {"1"}},
      {"v=\nv=; : ${v:=2}\n", {"2"}},
      {"x=${v?}\n", {"1"}},
      {"x=$(v=2)\n", {"1"}},
      {"x=<(y)\n", {"1"}},
      {"<x\n", {"1"}},
      {"echo $v >x\n", {"1"}},
      {"shopt -s extglob\nx=@(a|b)\n", {"1"}},
      {"f() ((1))\n", {"1"}},
      {"f() {\n local -a x=( '}' @ )\n cat <<-E | sed \"s/}/$(echo \"}\")/\"\n\t}\n\tE\n}\n",
       {"1"}}};
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    const auto found = words("v=1\n" + text);
    if (text.find("[ab]") != std::string::npos)
      CHECK_FALSE(found);
    else
      CHECK(found == expected);
  }
}

TEST_CASE("what may have been set is unknown, and the rest is not") {
  const auto* maybe = GENERATE(
      "[[ -f x ]] && v=2\n", "[ -f x ] || v=2\n", "if git x; then v=2; fi\n",
      "if [[ $CARCH == x ]]; then :; else v=2; fi\n", "case $CARCH in x) v=2;; esac\n",
      "for x in *; do v=$x; done\n", "for v in *; do :; done\n", "grep x y && v+=2\n",
      "[[ -f x ]] && unset v\n", "[[ -f x ]] && : ${v:=2}\nv=$v\n", "v=$(date)\n",
      "[[ a =~ (a) ]] && v=2\n", "case $v in x) ;& 1) v=2 ;; esac\n", "declare -A v=([a]=b)\n");
  CAPTURE(maybe);
  const auto text = std::string("v=1\nw=1\n") + maybe;
  if (std::string_view(maybe).find(":=") != std::string_view::npos)
    CHECK(words(text) == Texts{"1"});
  else
    CHECK_FALSE(words(text));
  CHECK(words(text, "w") == Texts{"1"});
}

TEST_CASE("whatever else runs outside of functions makes all of it unclear") {
  const auto* more = GENERATE(
      "[ -f x ] && . ./version\n", "printf -v v 2\n", "(( v = 2 ))\n", "((v++))\n",
      "declare -n w=v; w=2\n", "declare -i v=1+1\n", "true && eval v=2\n", "v=2 true\n",
      "local v=2\n", "let v=2\n", "read v <x\n", "read -r v <<<2\n", "mapfile v <x\n",
      "readarray v <x\n", "getopts a v\n", "source x\n", ". ./x\n", "eval $x\n", "x=${v:=2}\n",
      "x=\"${v=2}\"\n", "x=(\"${v:=2}\")\n", "x=${y:-${v:=2}}\n", "x=$((v=2))\n",
      "x=\"$((v++))\"\n", "x[v=2]=1\n", "x=([v=2]=1)\n", "x=${y[v=2]}\n", "x=${y:v=2}\n",
      "x=${_unset?}\n", "x=${v@P}\n", "coproc v { :; }\n", "trap 'v=2' DEBUG\n", "alias a=b\n",
      "shopt -s nocasematch\n", "set -k\n", "while :; do v=2; done\n", "until v=2; do :; done\n",
      "for ((v=0; v<1; v++)); do :; done\n", "select v in 2; do :; done\n", "f() { v=2; } >x\n",
      "f() { v=$1; }; f 2\n", "f() { f; }; f\n", "[ -f x ] && f() { v=2; }\n", "lint_pkgbuild\n",
      "$x\n", "exit\n", "return\n", "exec x\n", "IFS=1\n", "LC_ALL=x\n", "f() {\n", "f() (\n",
      "x='\n", "x=\"\n", "x=`\n", "x=$(\n", "x=${\n", "x=(\n", "x=(a\n", "x=(a (b))\n", "x=(a;b)\n",
      "x=a) b\n", "x=(a b) c\n", "x=(a b)#\n", "x={1..3}\ny=({1..3})\n", "y=({a)\n", "v=2\r\n",
      "f() {\n cat <<E\n}\n", "x=@(a)\n", "x=$[1]\n", "x=${ v=2; }\n", "i\\\nf :; then v=2; fi\n",
      "x=\"$\\\n(y)\"\n", "x=$(\\\n(y))\n", "fi\n", "v=2 fi )\n", "&& v=2\n", "v=2 ;; \n",
      "a | | b\n", "cat <<$x\n$x\n", "\xc3\xa4\n");
  CAPTURE(more);
  CHECK(words("v=1\n") == Texts{"1"});
  CHECK_FALSE(words(std::string("v=1\n") + more));
  CHECK_FALSE(words(std::string(more) + "v=1\n"));
  CHECK(PkgbuildText(more).may_have_pkgver_function());
  CHECK_FALSE(PkgbuildText(more).srcinfo("x86_64"));
}

TEST_CASE("a text that would cost too much is unclear, and soon") {
  std::string text;
  SECTION("many words") {
    text = "v=(";
    for (int i = 0; i < 10'001; ++i) text += "a ";
    text += ")";
  }
  SECTION("doubled again and again") {
    text = "v=aaaaaaaa\n";
    for (int i = 0; i < 40; ++i) text += "v=$v$v\n";
  }
  SECTION("an array in itself again and again") {
    text = "v=(a b)\n";
    for (int i = 0; i < 40; ++i) text += "v+=(\"${v[@]}\")\n";
  }
  SECTION("braces in a row") {
    text = "v=(";
    for (int i = 0; i < 40; ++i) text += "{a,b}";
    text += ")\n";
  }
  SECTION("deep") {
    text = "v=";
    for (int i = 0; i < 100'000; ++i) text += "$(";
  }
  SECTION("deep in braces") {
    text = "v=";
    for (int i = 0; i < 100'000; ++i) text += "${a:-";
  }
  SECTION("patterns") {
    text = "v=" + std::string(60'000, 'a') + "\nv=${v%%*a*a*a*a*a*a*ab}\n";
  }
  CHECK_FALSE(words(text));
}

TEST_CASE("a pkgver() is recognised") {
  const auto* with =
      GENERATE("pkgver=1\npkgver() {\n:\n}\n", "pkgver ( ) {\n:\n}\n", "function pkgver {\n:\n}\n",
               "  pkgver() { true; }\n", "pkgver()\n# how\n(\n:\n)\n", "source x\n");
  CAPTURE(with);
  CHECK(PkgbuildText(with).may_have_pkgver_function());
}

TEST_CASE("what isn't a pkgver() isn't taken for one") {
  const auto* without = GENERATE("pkgver=1\nbuild() { echo pkgver; }\n", "# pkgver() {\n",
                                 "_pkgver() { true; }\n", "build() {\n  source x\n}\n",
                                 "build() {\n  pkgver() { :; }\n}\n", "x='\npkgver() {\n'\n");
  CAPTURE(without);
  CHECK_FALSE(PkgbuildText(without).may_have_pkgver_function());
}
