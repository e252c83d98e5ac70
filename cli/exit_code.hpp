#pragma once

/// The exit codes of the program, as in its man page. 128+n: ended by signal n.
namespace pkgkiln::exit_code {

inline constexpr int ok = 0;             // all targets built or up to date
inline constexpr int target_failed = 1;  // some target failed
inline constexpr int usage = 2;          // usage or configuration
inline constexpr int nothing_done = 3;   // engine, repository, server or state out of reach
inline constexpr int locked = 4;         // another run holds the lock
inline constexpr int newly_held = 5;     // nothing failed, but something waits for a person
inline constexpr int signal_base = 128;

}  // namespace pkgkiln::exit_code
