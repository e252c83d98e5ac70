#include "core/aur/client.hpp"

#include "core/base/gzip_member.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/aur/scripted_aur.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

struct AurClient {
  scripted::Aur there;
  aur::Client client{there.url(), kNever, scripted::Aur::impatience()};
};

}  // namespace

TEST_CASE("many names are asked for in one request, and unknown ones are missing") {
  AurClient setup;
  setup.there.add("foo");
  setup.there.add("bar", R"("CoMaintainers":["bob"])");
  const auto found = setup.client.info({"foo", "none", "bar", "foo"});
  CHECK(found.size() == 2);
  CHECK(found.at("bar").package.co_maintainers == std::vector<std::string>{"bob"});
  const auto asked = setup.there.asked();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].method() == "POST");
  CHECK(asked[0].path() == "/rpc/v5/info");
  CHECK(asked[0].body == R"({"arg":["bar","foo","none"]})");
}

TEST_CASE("five thousand names fit into a request") {
  AurClient setup;
  std::vector<std::string> names;
  for (int i = 0; i < 5'001; ++i) names.push_back("p" + std::to_string(i));
  setup.client.info(names);
  CHECK(setup.there.asked().size() == 2);
  setup.there.forget();
  names.pop_back();
  setup.client.info(names);
  CHECK(setup.there.asked().size() == 1);
}

TEST_CASE("what nobody asked for and what is no name is left out") {
  AurClient setup;
  setup.there.add("foo");
  setup.there.answer_with(scripted::answer(
      200, R"({"type":"multiinfo","results":[{"Name":"evil","PackageBase":"evil"}]})"));
  CHECK(setup.client.info({"foo"}).empty());
  setup.there.forget();
  CHECK(setup.client.info({"a b", "\"]}", "../x"}).empty());
  CHECK(setup.there.asked().empty());
}

TEST_CASE("a search says by what, and escapes its words") {
  AurClient setup;
  setup.there.add("foo");
  CHECK(setup.client.search("f o/o", "maintainer").size() == 1);
  CHECK(setup.there.asked().at(0).target() == "/rpc/v5/search/f%20o%2Fo?by=maintainer");
}

TEST_CASE("a refusal of the AUR is an error with what it says and what to do") {
  AurClient setup;
  setup.there.answer_with(scripted::answer(
      200, R"({"type":"error","error":"Too many package results.","results":[]})"));
  try {
    setup.client.search("lib");
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), ContainsSubstring("Too many package results.") &&
                                 ContainsSubstring(setup.there.url()));
    CHECK(error.advice() == "search for more letters");
  }
}

TEST_CASE("an answer that is none names the server and what came") {
  const auto [answer, expected] = GENERATE(table<std::string, std::string>({
      {scripted::answer(200, "<!doctype html><title>Maintenance</title>"), "no answer of the AUR"},
      {scripted::answer(200, R"({"type":"search","results":[]})"), "'search' instead of"},
      {scripted::answer(200, R"({"type":"multiinfo","results":[{"Name":)"), "not all of it"},
      {scripted::answer(200, ""), "empty"},
      {scripted::answer(400, R"({"type":"error","error":"bad \u001b arg"})"), "400: bad \\x1b arg"},
      {scripted::answer(503, "<html>"), "503"},
      {scripted::answer(304, ""), "empty"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", "no answer from"},
  }));
  AurClient setup;
  setup.there.answer_with(answer);
  CHECK_THROWS_WITH(setup.client.info({"foo"}),
                    ContainsSubstring(expected) && ContainsSubstring(setup.there.url()));
}

TEST_CASE("a server that wants to be left alone is") {
  AurClient setup;
  const auto wish = [&](const std::string& headers) {
    setup.there.answer_with(
        scripted::answer(429, R"({"type":"error","error":"Rate limit reached"})", headers));
    try {
      setup.client.info({"foo"});
    } catch (const net::TryLater& later) {
      CHECK_THAT(later.what(), ContainsSubstring("Rate limit reached"));
      return later.after;
    }
    return 0s;
  };
  CHECK(wish("Retry-After: 90\r\n") == 90s);
  CHECK(wish("") == 900s);
  CHECK(setup.there.asked().size() == 2);
}

TEST_CASE("a busy server is asked again") {
  scripted::Aur there;
  there.add("foo");
  there.answer_with(scripted::answer(502, "<html>"));
  auto patience = scripted::Aur::impatience();
  patience.requests.total = 60s;
  patience.requests.first_pause = 1ms;
  patience.requests.most_attempts = 3;
  aur::Client client(there.url(), kNever, patience);
  CHECK_THROWS_WITH(client.info({"foo"}), ContainsSubstring("tried 3 times"));
  CHECK(there.asked().size() == 3);
}

TEST_CASE("an answer without an end is given up") {
  scripted::Server slow({[](scripted::Connection& connection) {
                          connection.read_request();
                          connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{");
                          connection.hold(10'000);
                        }},
                        scripted::Server::On::port);
  auto patience = scripted::Aur::impatience();
  patience.longest_answer = 1s;
  aur::Client client(slow.url(), kNever, patience);
  CHECK_THROWS_WITH(client.info({"foo"}), ContainsSubstring("took more than 1 s"));
}

TEST_CASE("a dump is transferred once, and read without keeping what is not wanted") {
  AurClient setup;
  for (int i = 0; i < 1'000; ++i) setup.there.add("p" + std::to_string(i));
  const auto wanted = [](const std::string& name) { return name == "p17" || name == "none"; };
  aur::Validators validators;
  const auto first = setup.client.dump(wanted, validators);
  REQUIRE(first);
  CHECK(first->size() == 1);
  CHECK(first->at("p17").package.maintainer == "ada");
  CHECK(validators.etag == "\"one\"");
  CHECK_FALSE(setup.client.dump(wanted, validators));
  CHECK(setup.there.asked().at(1).header("If-None-Match") == "\"one\"");
  setup.there.change_dump("\"two\"");
  CHECK(setup.client.dump(wanted, validators));
  CHECK(validators.etag == "\"two\"");
}

TEST_CASE("a dump that is damaged, cut off or none is an error") {
  AurClient setup;
  aur::Validators validators{"\"old\"", "then"};
  const auto before = validators;
  const auto all = [](const std::string&) { return true; };
  const auto gzip = gzip_member("[]", "");
  for (const auto& body : {std::string("<html>"), gzip.substr(0, gzip.size() - 9), gzip + "x",
                           gzip_member("{\"type\":", ""), gzip_member("[{", "")}) {
    setup.there.answer_with(scripted::answer(200, body, "ETag: \"new\"\r\n"));
    CHECK_THROWS_AS(setup.client.dump(all, validators), Error);
    CHECK(validators == before);
  }
}
