#pragma once

#include <string>

/// Checks for the table of keys (see Check in config/keys.hpp): each returns what is expected
/// instead of the text, or nothing if the text is valid. Those for targets are in core/targets.
namespace pkgkiln::config {

std::string check_runtime_kind(std::string& text);
/// unix:///PATH.
std::string check_socket(std::string& text);
/// A line of /etc/hosts: NAME:ADDRESS, where the address may be "host-gateway".
std::string check_add_host(std::string& text);
std::string check_image(std::string& text);
/// What `pacman -S` may be asked for.
std::string check_dependency(std::string& text);
/// NAME=NAME.
std::string check_provider(std::string& text);
/// Printable, on one line.
std::string check_line(std::string& text);
/// What gpg finds a key by; a fingerprint without spaces and "0x".
std::string check_signing_key(std::string& text);
/// The URL of a proxy, or "none".
std::string check_proxy(std::string& text);
/// Words of core/trust: a level, a rule that may be allowed.
std::string check_trust(std::string& text);
std::string check_allowed(std::string& text);
std::string check_first(std::string& text);
std::string check_commits(std::string& text);
/// When something is due: see Schedule.
std::string check_schedule(std::string& text);
/// Of ChangeKind.
std::string check_change(std::string& text);
/// Nothing that a mail's header or sendmail would take for something else.
std::string check_mail_address(std::string& text);
/// An http(s) URL; with a topic of ntfy at its end.
std::string check_web_url(std::string& text);
std::string check_topic(std::string& text);
/// The id of a room of Matrix.
std::string check_room(std::string& text);
/// A server's http(s) URL; drops slashes at its end.
std::string check_server(std::string& text);

}  // namespace pkgkiln::config
