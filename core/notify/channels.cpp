#include "core/notify/channels.hpp"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "core/base/printable.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/base/threads.hpp"
#include "core/base/url.hpp"
#include "core/net/http.hpp"
#include "core/net/retry.hpp"

namespace pkgkiln {

namespace {

using namespace std::chrono_literals;

constexpr int kTryLater = 75;  // EX_TEMPFAIL of sysexits.h
constexpr std::uint64_t kLongestAnswer = 64U << 10U;
/// ntfy makes a file of what is longer than 4 KiB; the others take more than is listed.
constexpr std::size_t kLongestOfNtfy = 3'500, kLongestOfMatrix = 16U << 10U;

/// It gives up just before the deadline, and so can say why.
net::Patience patience(const Cancellation& cancel) {
  const auto left =
      cancel.deadline().value_or(Cancellation::Clock::now()) - Cancellation::Clock::now();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(left), 1s, 15s};
}

std::string cut(const std::string& text, std::size_t limit) {
  if (text.size() <= limit) return text;
  auto part = text.substr(0, limit);
  part.resize(part.size() - unfinished_bytes(part));
  return part + "…";
}

std::string json_of(const std::function<void(rapidjson::Writer<rapidjson::StringBuffer>&)>& write) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  write(writer);
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

// --- programs ------------------------------------------------------------------------------------

void expect_program(const std::string& name) {
  if (!find_program(name))
    throw Error(fmt::format("there is no program '{}'", printable(name)))
        .advise("install it, or correct the setting below [notify]");
}

void run(const std::vector<std::string>& command, const std::string& input,
         const Cancellation& cancel) {
  ProcessSpec spec;
  spec.command = command;
  for (const auto* variable : {"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "LANG", "TZ"})
    spec.inherit.emplace_back(variable);
  spec.input = input;
  net::retry(patience(cancel), cancel, [&] {
    const auto result = run_process(
        spec, [](std::string_view) {}, cancel);
    if (result.code == 0) return;
    const auto words = trimmed(result.error_output);
    const auto why = printable(words.substr(words.rfind('\n') + 1), 200);
    auto failure = fmt::format("'{}' ended with {}", command.front(), result.code);
    if (result.code == kTryLater) throw net::TryLater(std::move(failure)).because(why);
    throw Error(std::move(failure)).because(why);
  });
}

Channel command_channel(const NotifySettings& settings) {
  return {"command", [command = settings.command] { expect_program(command.front()); },
          [command = settings.command](const Message& message, const Cancellation& cancel) {
            run(command, message.json, cancel);
          }};
}

/// As RFC 2047 has it, where it isn't ASCII: words of 75 bytes at most.
std::string header_text(const std::string& text) {
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; })) return text;
  constexpr std::size_t kBytesOfWord = 45;
  std::string words;
  for (std::string_view rest = text; !rest.empty();) {
    auto part = rest.substr(0, kBytesOfWord);
    if (part.size() < rest.size()) part.remove_suffix(unfinished_bytes(part));
    if (part.empty()) part = rest.substr(0, kBytesOfWord);
    words += (words.empty() ? "" : "\n ") + fmt::format("=?utf-8?B?{}?=", base64(part));
    rest.remove_prefix(part.size());
  }
  return words;
}

Channel mail_channel(const NotifySettings& settings) {
  return {"mail", [settings] { expect_program(settings.sendmail.string()); },
          [settings](const Message& message, const Cancellation& cancel) {
            std::vector<std::string> command{settings.sendmail.string(), "-i", "--"};
            command.insert(command.end(), settings.mail.begin(), settings.mail.end());
            run(command, mail_text(settings, message), cancel);
          }};
}

// --- servers -------------------------------------------------------------------------------------

/// Shorter ones are no secrets, but part of many words.
constexpr std::size_t kShortestSecret = 4;

/// What an answer may repeat of an address and a token that nobody else is to know: its user, and
/// each part of its path and query.
std::vector<std::string> secrets_of(const Url& url, const Secret& token) {
  std::vector<std::string> secrets{token.reveal()};
  auto parts = fmt::format("{}/{}/{}", url.user, url.path, url.query);
  std::ranges::replace_if(
      parts, [](char c) { return std::string_view("?&=:@").find(c) != std::string_view::npos; },
      '/');
  for (std::string_view rest = parts; !rest.empty();) secrets.emplace_back(take_until(rest, '/'));
  std::erase_if(secrets, [](const auto& one) { return one.size() < kShortestSecret; });
  // One may be a part of another.
  std::ranges::sort(secrets, std::greater<>(), &std::string::size);
  return secrets;
}

/// What a server says of a request, in a line, with stars for secrets.
std::string shown(std::string answer, const std::vector<std::string>& secrets) {
  for (const auto& secret : secrets)
    for (std::size_t at = 0; (at = answer.find(secret, at)) != std::string::npos; at += 5)
      answer.replace(at, secret.size(), "*****");
  return printable(trimmed(answer), 200);
}

void send(const std::string& address, const Secret& token, net::Request request,
          const Cancellation& cancel) {
  const Url url(address);
  net::Client client({std::string(url.scheme) + std::string(url.user) + std::string(url.host), {}});
  request.idle_timeout = 30s;
  net::retry(patience(cancel), cancel, [&] {
    const auto answer = client.send(request, cancel, kLongestAnswer);
    if (answer.ok()) return;
    auto failure = fmt::format("{} answers {}", client.endpoint().display(), answer.status);
    const auto words = shown(answer.body, secrets_of(url, token));
    if (answer.status == 429 || answer.status >= 500) {
      net::TryLater later(std::move(failure));
      later.after = net::retry_after(answer);
      if (!words.empty()) later.because(words);
      throw later;
    }
    Error refused(std::move(failure));
    if (!words.empty()) refused.because(words);
    throw refused;
  });
}

net::Request json_request(std::string target, std::string body, const Secret& token = Secret()) {
  net::Request request;
  request.method = "POST";
  request.target = std::move(target);
  request.headers = {{"Content-Type", "application/json"}};
  if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token.reveal());
  request.text = std::move(body);
  return request;
}

Channel webhook_channel(const NotifySettings& settings) {
  return {"webhook", [] {},
          [address = settings.webhook](const Message& message, const Cancellation& cancel) {
            const Url url(address.reveal());
            const auto path = url.path.empty() ? "/" : std::string(url.path);
            send(address.reveal(), Secret(),
                 json_request(path + std::string(url.query), message.json), cancel);
          }};
}

/// Its JSON goes to the server's root, and names the topic.
Channel ntfy_channel(const NotifySettings& settings) {
  return {"ntfy", [] {},
          [settings](const Message& message, const Cancellation& cancel) {
            const auto& address = settings.ntfy.reveal();
            const Url url(address);
            const auto slash = url.path.rfind('/') + 1;
            auto body = json_of([&](auto& writer) {
              const std::string topic(url.path.substr(slash));
              writer.Key("topic");
              writer.String(topic.c_str());
              writer.Key("title");
              writer.String(("pkgkiln: " + message.title).c_str());
              writer.Key("message");
              writer.String(cut(message.text, kLongestOfNtfy).c_str());
              writer.Key("priority");
              writer.Int(message.is_urgent ? 4 : 3);
            });
            send(address, settings.ntfy_token,
                 json_request(std::string(url.path.substr(0, slash)), std::move(body),
                              settings.ntfy_token),
                 cancel);
          }};
}

/// The client-server API, v3. The run's id keeps a message that is sent again from being shown
/// twice; "m.mentions" keeps its text from calling anybody.
Channel matrix_channel(const NotifySettings& settings) {
  const auto check = [settings] {
    if (settings.matrix_room.empty())
      throw Error("it has no room").advise("set notify.matrix_room");
    if (settings.matrix_token.empty())
      throw Error("it has no token").advise("set PKGKILN_NOTIFY_MATRIX_TOKEN_FILE");
  };
  return {"matrix", check, [settings, check](const Message& message, const Cancellation& cancel) {
            check();
            auto body = json_of([&](auto& writer) {
              writer.Key("msgtype");
              writer.String("m.text");
              writer.Key("body");
              writer.String(
                  cut("pkgkiln: " + message.title + "\n" + message.text, kLongestOfMatrix).c_str());
              writer.Key("m.mentions");
              writer.StartObject();
              writer.EndObject();
            });
            const Url url(settings.matrix);
            auto request = json_request(
                fmt::format("{}/_matrix/client/v3/rooms/{}/send/m.room.message/{}", url.path,
                            net::escape(settings.matrix_room), net::escape(message.id)),
                std::move(body), settings.matrix_token);
            request.method = "PUT";
            send(settings.matrix, settings.matrix_token, std::move(request), cancel);
          }};
}

}  // namespace

std::string mail_text(const NotifySettings& settings, const Message& message) {
  std::string text;
  if (!settings.mail_from.empty()) text += "From: " + settings.mail_from + "\n";
  text += fmt::format("To: {}\n", fmt::join(settings.mail, ",\n "));
  text += "Subject: " + header_text("pkgkiln: " + message.title) + "\n";
  text +=
      "Auto-Submitted: auto-generated\n"
      "MIME-Version: 1.0\n"
      "Content-Type: text/plain; charset=utf-8\n"
      "Content-Transfer-Encoding: 8bit\n\n";
  return text + message.text;
}

std::vector<Channel> make_channels(const NotifySettings& settings) {
  std::vector<Channel> channels;
  if (!settings.command.empty()) channels.push_back(command_channel(settings));
  if (!settings.mail.empty()) channels.push_back(mail_channel(settings));
  if (!settings.webhook.empty()) channels.push_back(webhook_channel(settings));
  if (!settings.ntfy.empty()) channels.push_back(ntfy_channel(settings));
  if (!settings.matrix.empty()) channels.push_back(matrix_channel(settings));
  return channels;
}

std::vector<Told> tell_all(const std::vector<Channel>& channels, const Message& message,
                           const Cancellation& cancel) {
  std::vector<Told> told(channels.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (auto i = next++; i < channels.size(); i = next++) {
      told[i].channel = channels[i].name;
      try {
        channels[i].tell(message, cancel);
      } catch (const Cancelled&) {
        told[i].failure =
            Error(cancel.deadline_passed() ? "there was no time left" : "it was interrupted");
      } catch (const Error& error) {
        told[i].failure = error;
      } catch (const std::exception& error) {
        told[i].failure = Error(error.what());
      }
    }
  };
  if (!channels.empty()) in_threads(channels.size(), work, [] {});
  return told;
}

}  // namespace pkgkiln
