#pragma once

#include <string>
#include <string_view>

/// Text from PKGBUILDs, servers and logs in its place in a page, a feed or a file of metrics. What
/// these functions return can end nothing that it stands in.
namespace pkgkiln::report {

/// In HTML and XML: text, or the value of an attribute in quotes. Valid in both, since what no text
/// of XML may hold is shown by its number (see printable.hpp).
std::string markup(std::string_view text);
/// A string of JSON, quotes included, that may also stand in a <script> of HTML.
std::string json(std::string_view text);
/// The value of a label in Prometheus' text format, without its quotes.
std::string label(std::string_view text);
/// What a link may lead to, as the value of an attribute: nothing unless it is an http(s) URL.
std::string web_link(std::string_view url);

/// A name of a file, and a part of a URL, for any text: the same for the same text, and another for
/// another. At most 120 bytes of A-Z, a-z, 0-9 and "._+@-~", none of which a URL has to escape.
std::string file_name_for(std::string_view text);

}  // namespace pkgkiln::report
