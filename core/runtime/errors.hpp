#pragma once

#include "core/base/error.hpp"

namespace pkgkiln {

/// An engine refused a request, or could not be asked. The text holds the request and the engine's
/// own words.
class RuntimeError : public ErrorKind<RuntimeError> {
 public:
  enum class Kind {
    not_found,    // no such container, image, network, exec …
    conflict,     // a name is taken, or the object is in a state that forbids it
    unreachable,  // no connection: socket missing, refused, nobody answers; or a registry is
    not_engine,   // something answers, but it is no such engine, or one too old or too new
    rejected,     // understood and refused, or failed inside the engine
    lost,         // the engine went away in the middle
    malformed,    // an answer that makes no sense
  };

  RuntimeError(Kind kind, std::string what_failed)
      : ErrorKind(std::move(what_failed)), kind_(kind) {}
  Kind kind() const { return kind_; }
  /// Whether the engine did not answer the request at all, so that it may succeed another time.
  bool out_of_reach() const {
    return kind_ == Kind::unreachable || kind_ == Kind::not_engine || kind_ == Kind::lost;
  }

 private:
  Kind kind_;
};

}  // namespace pkgkiln
