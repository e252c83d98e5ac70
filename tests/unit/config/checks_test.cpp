#include "config/checks.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln::config;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("lines for /etc/hosts") {
  std::string good = GENERATE(as<std::string>(), "a:192.0.2.1", "a.b-c:::1", "h:host-gateway");
  CHECK(check_add_host(good).empty());
  std::string bad = GENERATE(as<std::string>(), "", "a", "a:", ":192.0.2.1", "a:192.0.2",
                             "a:b.example.com", "-a:192.0.2.1", "a b:192.0.2.1", "a:192.0.2.1 b");
  CAPTURE(bad);
  CHECK_FALSE(check_add_host(bad).empty());
}

TEST_CASE("sockets are Unix sockets") {
  std::string good = "unix:///run/docker.sock";
  CHECK(check_socket(good).empty());
  std::string bad = GENERATE(as<std::string>(), "", "unix://", "unix:///", "unix://run/x",
                             "/run/docker.sock", "unix:///run/a\nb");
  CHECK(check_socket(bad) == "a Unix socket such as \"unix:///run/podman/podman.sock\"");
  std::string other = GENERATE(as<std::string>(), "ssh", "tcp", "npipe", "http");
  std::string url = other + "://x";
  CHECK_THAT(check_socket(url), ContainsSubstring("(" + other + ":// is not supported)"));
}

TEST_CASE("addresses of servers") {
  std::string good = GENERATE(as<std::string>(), "https://e.org", "http://localhost:8000",
                              "http://[::1]:8000", "https://e.org/vieter///");
  CHECK(check_server(good).empty());
  CHECK_FALSE(good.ends_with('/'));
  std::string bad =
      GENERATE(as<std::string>(), "", "e.org", "https://", "ftp://e.org", "https://e.org?x",
               "https://jane@e.org", "https://e.org/a b", "https://-e.org", "https://e.org/#x");
  CAPTURE(bad);
  CHECK_FALSE(check_server(bad).empty());
}

TEST_CASE("proxies are URLs, or none") {
  std::string good = GENERATE(as<std::string>(), "none", "http://192.0.2.7:3128",
                              "http://user:pass@proxy.test", "socks5h://proxy.test:1080");
  CHECK(check_proxy(good).empty());
  std::string bad = GENERATE(as<std::string>(), "", "proxy.test:3128", "http://",
                             "ftp://proxy.test", "http://a b", "http://a\nb", "off");
  CAPTURE(bad);
  CHECK_FALSE(check_proxy(bad).empty());
}

TEST_CASE("a schedule that is none is refused with what is wrong") {
  std::string good = " 0 3 * * mon ", bad = "0 25 * * *";
  CHECK(check_schedule(good).empty());
  CHECK(good == "0 3 * * mon");
  CHECK(check_schedule(bad) ==
        "a schedule such as \"0 3 * * *\" or \"@daily\" (its hour '25' is not from 0 to 23)");
}

TEST_CASE("who is told is written so that nothing takes it for something else") {
  const auto fine = [](std::string (*check)(std::string&), std::string text) {
    return check(text).empty();
  };
  CHECK(fine(check_mail_address, "ada.b+c_d@mail-1.example.com"));
  CHECK(fine(check_mail_address, "root"));
  for (const auto* bad :
       {"", "-oQ/tmp", "a b@e.org", "a@e.org,b@e.org", "a@e.org\nBcc: b", "<a@e.org>"})
    CHECK_FALSE(fine(check_mail_address, bad));
  CHECK(fine(check_web_url, "https://user:pass@hooks.example.com:8443/a/b?c=d"));
  for (const auto* bad : {"", "hooks.example.com", "ftp://e.org/", "https:///a",
                          "https://e.org/a b", "https://e.org/\n"})
    CHECK_FALSE(fine(check_web_url, bad));
  CHECK(fine(check_topic, "https://ntfy.sh/my-topic_1"));
  for (const auto* bad :
       {"https://ntfy.sh", "https://ntfy.sh/", "https://ntfy.sh/a?b=c", "ntfy.sh/a"})
    CHECK_FALSE(fine(check_topic, bad));
  CHECK(fine(check_room, "!abc:example.com"));
  CHECK_FALSE(fine(check_room, "#abc:example.com"));
  CHECK(fine(check_change, "published"));
  CHECK_FALSE(fine(check_change, "all"));
}
