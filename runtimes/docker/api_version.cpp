#include "runtimes/docker/api_version.hpp"

#include <algorithm>
#include <charconv>

#include "core/runtime/errors.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes::docker {

namespace {

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

RuntimeError unusable(std::string why) {
  auto error = RuntimeError(RuntimeError::Kind::not_engine, "cannot use this Docker engine");
  error.because(std::move(why));
  return error;
}

}  // namespace

std::optional<ApiVersion> ApiVersion::parse(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto major = number(text.substr(0, dot));
  const auto minor = number(text.substr(dot + 1));
  if (!major || !minor) return std::nullopt;
  return ApiVersion{*major, *minor};
}

std::string ApiVersion::text() const {
  return std::to_string(major) + "." + std::to_string(minor);
}

ApiVersion negotiate(std::string_view newest, std::string_view oldest) {
  const auto top = ApiVersion::parse(newest);
  if (!top) throw unusable("it names no API version: '" + one_line(newest.substr(0, 40)) + "'");
  const auto bottom = ApiVersion::parse(oldest).value_or(ApiVersion{1, 0});
  if (*top < kOldestApi) {
    auto error = unusable("its API ends at " + top->text() + ", needed is " + kOldestApi.text());
    error.advise("update Docker to 20.10 or later");
    throw error;
  }
  if (bottom > kNewestApi) {
    auto error = unusable("its API begins at " + bottom.text() + ", this program speaks up to " +
                          kNewestApi.text());
    error.advise("update pkgkiln");
    throw error;
  }
  return std::min(*top, kNewestApi);
}

}  // namespace pkgkiln::runtimes::docker
