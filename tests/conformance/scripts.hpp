#pragma once

#include <string>
#include <vector>

#include "core/runtime/fake/engine.hpp"

namespace conformance {

/// A command that the suite runs: real engines run the shell text, the fake plays it. Parameters
/// are environment variables.
struct Script {
  const char* text;
  int (*fake)(pkgkiln::fake::ExecCall&);

  std::vector<std::string> command() const { return {"sh", "-c", text}; }
};

namespace script {

extern const Script exit_with;       // $CODE
extern const Script print;           // $OUT and $ERR
extern const Script count;           // 2000 numbered lines on each stream
extern const Script flood;           // 50 MiB without a newline
extern const Script endless;         // lines, for ever
extern const Script idle;            // nothing, for ten minutes
extern const Script leave_daemon;    // one that holds stdout, its pid in /tmp/daemon
extern const Script daemon_lives;    // exit code 0 while it does
extern const Script identity;        // "uid:gid directory"
extern const Script variable;        // the variable $NAME and a newline; 1 when there is none
extern const Script stat;            // "uid:gid:mode:type" of $WHERE, links not followed
extern const Script read;            // the file $WHERE
extern const Script write;           // $WHAT into the file $WHERE
extern const Script make_directory;  // $WHERE, with its parents
extern const Script link;            // a link to $TO at $WHERE
extern const Script interfaces;      // names of the network's interfaces
extern const Script echo_stdin;      // all of stdin
extern const Script echo_aside;      // the same to stderr; then it exits with 7
extern const Script sizes;           // waits until its terminal has 33x77, then 20x40; says so
extern const Script no_new_privs;    // 1 when they are in effect
extern const Script open_files;      // the hard limit
extern const Script hosts;           // /etc/hosts
extern const Script main_process;    // arguments of process 1, a line each

}  // namespace script

/// All of them, for the fake's handler.
const std::vector<const Script*>& all_scripts();

}  // namespace conformance
