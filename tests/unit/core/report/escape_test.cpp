#include "core/report/escape.hpp"

#include <set>

#include "core/base/printable.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("text ends nothing that it stands in") {
  const std::string odd = "</script><img src=x onerror='a(\"b\")'>&amp;\\";
  CHECK(report::markup(odd) ==
        "&lt;/script&gt;&lt;img src=x onerror=&#39;a(&quot;b&quot;)&#39;&gt;&amp;amp;\\");
  CHECK(report::json(odd) ==
        "\"\\u003c/script\\u003e\\u003cimg src=x onerror='a(\\\"b\\\")'\\u003e\\u0026amp;\\\\\"");
  CHECK(report::label("a\"b\\c\nd") == "a\\\"b\\\\c d");
}

TEST_CASE("text is valid in a page and in XML, whatever bytes it has") {
  CHECK(report::markup("a\nb\tc\x01\xff\x1b[31m\xe2\x80\xae") ==
        "a b\tc\\x01\\xff\\x1b[31m\\u202e");
  CHECK(report::markup("gr\xc3\xbc\xc3\x9f") == "gr\xc3\xbc\xc3\x9f");
  CHECK(report::json("\xe2\x80\xa8\x7f") == "\"\\\\u2028\\\\x7f\"");
}

TEST_CASE("links lead to the web only") {
  CHECK(report::web_link("https://example.com/a?b=c&d") == "https://example.com/a?b=c&amp;d");
  CHECK(report::web_link("HTTP://example.com") == "HTTP://example.com");
  CHECK(report::web_link("https://a/\"><b c='") == "https://a/%22%3E%3Cb%20c=%27");
  for (const auto* other : {"javascript:alert(1)", " https://a", "data:text/html,x", "", "/a",
                            "file:///etc/passwd", "ssh://a"})
    CHECK(report::web_link(other).empty());
}

TEST_CASE("each text has a name for its file") {
  CHECK(report::file_name_for("foo-bar_1.0+git@x") == "foo-bar_1.0+git@x");
  std::set<std::string> names;
  const std::vector<std::string> odd{"",
                                     ".",
                                     "..",
                                     ".hidden",
                                     "a/b",
                                     "a%2fb",
                                     "a b",
                                     "a\\b",
                                     "\xc3\xbc",
                                     "-rf",
                                     "a,b",
                                     "a~b",
                                     "a\"b",
                                     "<b>",
                                     "a\nb",
                                     "a:b",
                                     "a?b#c",
                                     "a\x01b",
                                     std::string(255, 'a'),
                                     std::string(255, 'a') + "b"};
  for (const auto& text : odd) {
    const auto name = report::file_name_for(text);
    CHECK(name == report::file_name_for(text));
    CHECK(name.size() <= 120);
    CHECK(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                 "._+@-~") == std::string::npos);
    CHECK_FALSE(name.starts_with('.'));
    CHECK(report::file_name_for(name) != name);  // so no plain name is the same
    names.insert(name);
  }
  CHECK(names.size() == odd.size());
}
