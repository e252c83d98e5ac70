#pragma once

#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace pkgkiln {

/// What stopped the program (a failed build is no Error, it is a BuildOutcome). It says what
/// failed on what, why, and what to do next; it gains context on its way up and is printed once,
/// by cli/.
///
///     throw Error("cannot open the state database '/x/state.db'")
///         .because("unable to open database file")
///         .advise("check that the directory is writable");
///
/// Secrets never go into one.
class Error : public std::exception {
 public:
  explicit Error(std::string what_failed);

  /// One more line of why, nearest cause last.
  Error& because(std::string why) &;
  Error&& because(std::string why) &&;
  /// What the user can do next; the innermost advice given is kept.
  Error& advise(std::string advice) &;
  Error&& advise(std::string advice) &&;
  /// A wider description of what failed; what it was called so far becomes the first "why".
  Error& while_doing(std::string what_failed) &;

  const std::string& what_failed() const { return headline_; }
  const std::vector<std::string>& causes() const { return causes_; }
  const std::string& advice() const { return advice_; }

  /// All in one line: "headline: cause: cause".
  const char* what() const noexcept override { return line_.c_str(); }
  /// The form for people, without a trailing newline:
  ///     headline
  ///       cause
  ///       try: advice
  std::string report() const;

 private:
  void refresh();

  std::string headline_;
  std::vector<std::string> causes_;
  std::string advice_;
  std::string line_;
};

/// The base of every kind of Error: because() and advise() keep the kind, so that
/// `throw UsageError("…").because("…")` throws a UsageError.
template <class Kind>
class ErrorKind : public Error {
 public:
  using Error::Error;

  Kind& because(std::string why) & {
    Error::because(std::move(why));
    return static_cast<Kind&>(*this);
  }
  Kind&& because(std::string why) && { return std::move(because(std::move(why))); }
  Kind& advise(std::string advice) & {
    Error::advise(std::move(advice));
    return static_cast<Kind&>(*this);
  }
  Kind&& advise(std::string advice) && { return std::move(advise(std::move(advice))); }
};

/// The same failure as another kind. What to do about that is another thing too, and left out.
template <class Kind>
Kind error_as(const Error& error) {
  Kind result(error.what_failed());
  for (const auto& cause : error.causes()) result.because(cause);
  return result;
}

/// Whose fault it is that a build failed.
enum class Fault {
  target,     // it would fail again: not tried again while nothing that counts has changed
  elsewhere,  // its host's or a neighbour's: the next time it may go well
  unreached,  // the same, and nothing goes well until an engine, server or repository answers again
};

/// Wrong usage or configuration: exit code 2.
class UsageError : public ErrorKind<UsageError> {
  using ErrorKind::ErrorKind;
};

/// Another run holds the lock of the state directory: exit code 4.
class LockedError : public ErrorKind<LockedError> {
  using ErrorKind::ErrorKind;
};

}  // namespace pkgkiln
