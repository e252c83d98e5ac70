#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/base/secret.hpp"
#include "core/notify/message.hpp"

namespace pkgkiln {

/// Who is told of what. What is empty is no channel.
struct NotifySettings {
  std::vector<std::string> on{"failed", "fixed", "held"};  // of ChangeKind
  std::chrono::seconds timeout{60};                        // for all channels
  std::vector<std::string> command;                        // gets the message's JSON
  std::vector<std::string> mail;                           // addresses
  std::string mail_from;                                   // empty: as sendmail has it
  std::filesystem::path sendmail = "/usr/sbin/sendmail";
  Secret webhook;           // URL that gets the JSON; whoever knows it may use it
  Secret ntfy;              // URL of a topic, the same
  Secret ntfy_token;        // may be empty
  std::string matrix;       // the home server's address
  std::string matrix_room;  // "!id:server"
  Secret matrix_token;

  bool operator==(const NotifySettings&) const = default;
};

/// A way to tell somebody. Secrets are in no Error.
struct Channel {
  std::string name;  // "mail"
  /// Throws Error when it can't work, as far as that is known without using it.
  std::function<void()> check;
  /// Throws Error, and Cancelled. Tries again what may pass, until the deadline.
  std::function<void(const Message&, const Cancellation&)> tell;
};

std::vector<Channel> make_channels(const NotifySettings& settings);

struct Told {
  std::string channel;
  std::optional<Error> failure;
};
/// Tells all of them at once, and returns at the deadline at the latest. One a channel.
std::vector<Told> tell_all(const std::vector<Channel>& channels, const Message& message,
                           const Cancellation& cancel);

/// A mail for `sendmail -i`, headers first.
std::string mail_text(const NotifySettings& settings, const Message& message);

}  // namespace pkgkiln
