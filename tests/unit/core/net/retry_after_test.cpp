#include <ctime>

#include "core/net/retry.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace std::chrono_literals;

namespace {

std::chrono::seconds wish(const std::string& value) {
  net::Response response;
  response.headers = {{"retry-after", value}};
  return net::retry_after(response);
}

std::string date_in(std::time_t seconds) {
  const auto time = std::time(nullptr) + seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

}  // namespace

TEST_CASE("a server's wish to be left alone is read as seconds or as a date") {
  CHECK(net::retry_after({}) == 0s);
  CHECK(wish("120") == 120s);
  CHECK(wish("0") == 0s);
  CHECK(wish(date_in(1000)) > 900s);
  CHECK(wish(date_in(1000)) <= 1000s);
}

TEST_CASE("an impossible wish is bounded") {
  CHECK(wish("99999999999999999999999") == 3'600s);
  CHECK(wish("5000") == 3'600s);
  CHECK(wish("-5") == 0s);
  CHECK(wish("soon") == 0s);
  CHECK(wish("10x") == 0s);
  CHECK(wish("Wed, 21 Oct 2015 07:28:00 GMT") == 0s);
  CHECK(wish(date_in(100'000)) == 3'600s);
}
