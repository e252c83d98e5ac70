#include "core/notify/channels.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <mutex>
#include <rapidjson/document.h>

#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/server.hpp"

using namespace pkgkiln;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Message message() {
  Change change;
  change.result.target = "foo";
  change.result.why = "it's \"broken\"\n.\n@room \xe2\x82\xac";
  return message_of({change}, "r1", "h\xc3\xb6st");
}

/// Nothing, or what went wrong with the only channel.
std::string tell(const NotifySettings& settings, std::chrono::milliseconds within = 20s) {
  const auto until = Cancellation::Clock::now() + within;
  const auto told =
      tell_all(make_channels(settings), message(), Cancellation::never().with_deadline(until));
  REQUIRE(told.size() == 1);
  return told[0].failure ? told[0].failure->what() : "";
}

/// Remembers requests, and answers them with each of the statuses in turn, then with the last.
class Hook {
 public:
  explicit Hook(std::vector<int> statuses = {200}, std::string body = "{}")
      : statuses_(std::move(statuses)), body_(std::move(body)) {}

  std::vector<scripted::Request> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  rapidjson::Document json() {
    rapidjson::Document document;
    document.Parse(requests().back().body.c_str());
    REQUIRE_FALSE(document.HasParseError());
    return document;
  }
  std::string url(const std::string& path) const { return server_.url(path); }

 private:
  std::string answer(const scripted::Request& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    return scripted::answer(statuses_[std::min(requests_.size(), statuses_.size()) - 1], body_);
  }

  std::vector<int> statuses_;
  std::string body_;
  std::mutex mutex_;
  std::vector<scripted::Request> requests_;
  scripted::Server server_{{scripted::answering([this](const auto& one) { return answer(one); })},
                           scripted::Server::On::port};
};

/// A program that writes its arguments and what it reads to files beside it, and ends with `code`.
class Program {
 public:
  explicit Program(int code = 0) {
    write_file_atomically(
        path(),
        fmt::format("#!/bin/sh\nprintf '%s\\n' \"$@\" >'{0}/arguments'\ncat >'{0}/input'\n"
                    "echo 'it is\x1b full' >&2\nexit {1}\n",
                    directory_.path().string(), code),
        0755);
  }
  std::string path() const { return directory_.path() / "program"; }
  std::string arguments() const { return read_file(directory_.path() / "arguments"); }
  std::string input() const { return read_file(directory_.path() / "input"); }

 private:
  TempDir directory_;
};

}  // namespace

TEST_CASE("a command gets the message as JSON on its standard input") {
  const Program program;
  NotifySettings settings;
  settings.command = {program.path(), "a b", "$HOME"};
  CHECK(tell(settings).empty());
  CHECK(program.arguments() == "a b\n$HOME\n");
  CHECK(program.input() == message().json);
}

TEST_CASE("a command that fails is told with its last words") {
  const Program program(3);
  NotifySettings settings;
  settings.command = {program.path()};
  CHECK(tell(settings) == fmt::format("'{}' ended with 3: it is\\x1b full", program.path()));
  settings.command = {"/no/such/program"};
  CHECK_FALSE(tell(settings).empty());
  CHECK_THROWS_AS(make_channels(settings)[0].check(), Error);
}

TEST_CASE("a command that never ends holds nothing up for longer than the deadline") {
  NotifySettings settings;
  settings.command = {"sleep", "60"};
  const auto begin = Cancellation::Clock::now();
  CHECK(tell(settings, 300ms) == "there was no time left");
  CHECK(Cancellation::Clock::now() - begin < 10s);
}

TEST_CASE("a mail has plain headers, and addresses that sendmail takes for nothing else") {
  const Program program;
  NotifySettings settings;
  settings.mail = {"ada@example.com", "bo@example.com"};
  settings.mail_from = "kiln@example.com";
  settings.sendmail = program.path();
  CHECK(tell(settings).empty());
  CHECK(program.arguments() == "-i\n--\nada@example.com\nbo@example.com\n");
  const auto mail = program.input();
  const auto head = mail.substr(0, mail.find("\n\n"));
  CHECK_THAT(head,
             ContainsSubstring("From: kiln@example.com\nTo: ada@example.com,\n bo@example.com\n"));
  // "pkgkiln: foo failed on höst"
  CHECK_THAT(
      head, ContainsSubstring("\nSubject: =?utf-8?B?cGtna2lsbjogZm9vIGZhaWxlZCBvbiBow7ZzdA==?=\n"));
  CHECK_THAT(head, ContainsSubstring("charset=utf-8"));
  CHECK(mail.substr(mail.find("\n\n") + 2) == message().text);
}

TEST_CASE("a long subject is put into words of its own, none of which breaks a character") {
  Message long_one{"r1", {}, "text\n", {}};
  for (int i = 0; i < 60; ++i) long_one.title += "\xe2\x82\xac";
  const auto mail = mail_text({}, long_one);
  const auto begin = mail.find("Subject: "), end = mail.find("\nAuto-Submitted");
  const auto subject = mail.substr(begin, end - begin);
  CHECK(std::count(subject.begin(), subject.end(), '\n') == 4);
  for (std::size_t at = 0; at < subject.size();) {
    const auto next = std::min(subject.find('\n', at), subject.size());
    CHECK(next - at <= 76 + 9);
    at = next + 1;
  }
}

TEST_CASE("a webhook gets the JSON, and is asked again when it is down") {
  Hook hook({503, 200});
  NotifySettings settings;
  settings.webhook = Secret(hook.url("/hooks/s3cret?a=b"));
  CHECK(tell(settings).empty());
  REQUIRE(hook.requests().size() == 2);
  const auto request = hook.requests().back();
  CHECK(request.method() == "POST");
  CHECK(request.target() == "/hooks/s3cret?a=b");
  CHECK(request.header("Content-Type") == "application/json");
  CHECK(request.body == message().json);
}

TEST_CASE("what a server refuses is told with its words, but never with a secret") {
  NotifySettings settings;
  Hook refusing({403}, "no\x1b such hook");
  settings.webhook = Secret(refusing.url("/hooks/s3cret"));
  CHECK(tell(settings) == refusing.url("") + " answers 403: no\\x1b such hook");
  CHECK(refusing.requests().size() == 1);
  Hook repeating({404}, "there is no /hooks/s3cret");
  settings.webhook = Secret(repeating.url("/hooks/s3cret"));
  CHECK(tell(settings) == repeating.url("") + " answers 404: there is no /*****/*****");
  Hook pretty({403}, "{\n  \"error\": \"key k3y-of-it is of nobody\"\n}\n");
  settings.webhook = Secret(pretty.url("/?key=k3y-of-it"));
  CHECK(tell(settings) ==
        pretty.url("") + " answers 403: {   \"error\": \"key ***** is of nobody\" }");
  settings.webhook = Secret("http://127.0.0.1:9/hooks/s3cret");
  const auto gone = tell(settings, 1500ms);
  CHECK_THAT(gone, ContainsSubstring("cannot connect to http://127.0.0.1:9"));
  CHECK(gone.find("s3cret") == std::string::npos);
}

TEST_CASE("ntfy gets JSON that names the topic, with a token if there is one") {
  Hook hook;
  NotifySettings settings;
  settings.ntfy = Secret(hook.url("/base/my-topic"));
  CHECK(tell(settings).empty());
  CHECK(hook.requests()[0].target() == "/base/");
  CHECK(hook.requests()[0].header("Authorization").empty());
  CHECK(hook.json()["topic"] == "my-topic");
  CHECK(hook.json()["title"] == "pkgkiln: foo failed on h\xc3\xb6st");
  CHECK(hook.json()["message"] == rapidjson::StringRef(message().text.c_str()));
  CHECK(hook.json()["priority"].GetInt() == 4);
  settings.ntfy_token = Secret("tk_1");
  CHECK(tell(settings).empty());
  CHECK(hook.requests()[1].header("Authorization") == "Bearer tk_1");
}

TEST_CASE("Matrix gets a message that calls nobody, under an id that is the run's") {
  Hook hook;
  NotifySettings settings;
  settings.matrix = hook.url("");
  settings.matrix_room = "!a/b:example.com";
  CHECK_THAT(tell(settings), ContainsSubstring("it has no token"));
  CHECK_THROWS_AS(make_channels(settings)[0].check(), Error);
  settings.matrix_token = Secret("syt_1");
  CHECK(tell(settings).empty());
  REQUIRE(hook.requests().size() == 1);
  const auto request = hook.requests()[0];
  CHECK(request.method() == "PUT");
  CHECK(request.target() ==
        "/_matrix/client/v3/rooms/%21a%2Fb%3Aexample.com/send/m.room.message/r1");
  CHECK(request.header("Authorization") == "Bearer syt_1");
  const auto json = hook.json();
  CHECK(json["msgtype"] == "m.text");
  CHECK_THAT(json["body"].GetString(), ContainsSubstring("@room"));
  CHECK(json["m.mentions"].ObjectEmpty());
}

TEST_CASE("one that can't be told keeps no other from it", "[concurrent]") {
  Hook hook;
  const Program program;
  NotifySettings settings;
  settings.webhook = Secret(hook.url("/"));
  settings.command = {program.path()};
  settings.matrix = "http://127.0.0.1:9";
  const auto told = tell_all(make_channels(settings), test_message("t", "host"),
                             Cancellation::never().with_deadline(Cancellation::Clock::now() + 20s));
  REQUIRE(told.size() == 3);
  CHECK_FALSE(told[0].failure);
  CHECK_FALSE(told[1].failure);
  CHECK(told[2].channel == "matrix");
  CHECK(told[2].failure);
  CHECK_THAT(program.input(), ContainsSubstring("a test on host"));
  CHECK(make_channels({}).empty());
}
