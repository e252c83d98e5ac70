#pragma once

#include <string>

#include "config/load.hpp"

/// The table of keys, and what was made of it, as text. Each ends with a newline.
namespace pkgkiln::config {

/// All settings as TOML, each with where it came from in a comment. Secrets are starred, and so
/// are users and queries of URLs.
std::string render_effective(const LoadResult& result);

/// The example file, contrib/pkgkiln.example.toml: every key with what it does. "# " begins an
/// explanation, "#" without a space a setting that can be uncommented.
std::string render_example();

/// The section CONFIGURATION of the manual page, without its heading: a subsection a table, in
/// the man(7) macros.
std::string keys_as_roff();

}  // namespace pkgkiln::config
