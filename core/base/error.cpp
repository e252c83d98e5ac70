#include "core/base/error.hpp"

#include <utility>

#include "core/base/printable.hpp"

namespace pkgkiln {

Error::Error(std::string what_failed) : headline_(std::move(what_failed)) {
  refresh();
}

Error& Error::because(std::string why) & {
  causes_.push_back(std::move(why));
  refresh();
  return *this;
}

Error&& Error::because(std::string why) && {
  static_cast<Error&>(*this).because(std::move(why));
  return std::move(*this);
}

Error& Error::advise(std::string advice) & {
  if (advice_.empty()) advice_ = std::move(advice);
  return *this;
}

Error&& Error::advise(std::string advice) && {
  static_cast<Error&>(*this).advise(std::move(advice));
  return std::move(*this);
}

Error& Error::while_doing(std::string what_failed) & {
  causes_.insert(causes_.begin(), std::exchange(headline_, std::move(what_failed)));
  refresh();
  return *this;
}

std::string Error::report() const {
  std::string text = printable(headline_);
  for (const auto& cause : causes_) text += "\n  " + printable(cause);
  if (!advice_.empty()) text += "\n  try: " + printable(advice_);
  return text;
}

void Error::refresh() {
  line_ = headline_;
  for (const auto& cause : causes_) line_ += ": " + cause;
}

}  // namespace pkgkiln
