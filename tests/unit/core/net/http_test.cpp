#include "core/net/http.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("a segment is escaped down to its last reserved byte") {
  CHECK(net::escape("hello-1.0_x~y") == "hello-1.0_x~y");
  CHECK(net::escape("a/b c+d:e%") == "a%2Fb%20c%2Bd%3Ae%25");
  CHECK(net::escape(std::string("\0\xff", 2)) == "%00%FF");
}

TEST_CASE("a query has its pairs in order, escaped") {
  CHECK(net::query({}) == "");
  CHECK(net::query({{"a", "1"}, {"a", "x&y"}}) == "?a=1&a=x%26y");
}

TEST_CASE("headers are found in any case") {
  net::Response response;
  response.headers = {{"content-type", "text/plain"}, {"X-A", "1"}};
  CHECK(response.header("Content-Type") == "text/plain");
  CHECK(response.header("x-a") == "1");
  CHECK(response.header("X-B").empty());
}

TEST_CASE("an endpoint is shown without credentials") {
  CHECK(net::Endpoint::unix_domain("/run/x.sock").display() == "unix:///run/x.sock");
  const auto shown = net::Endpoint{"https://user:secret@example.test", ""}.display();
  CHECK(shown.find("secret") == std::string::npos);
}
