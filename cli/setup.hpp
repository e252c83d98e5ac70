#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "config/load.hpp"
#include "core/build/package_build.hpp"
#include "core/image/builder_image.hpp"
#include "core/publish/repository.hpp"
#include "core/target/target_source.hpp"

namespace pkgkiln::cli {

/// What the settings ask for, made: nothing of it has touched an engine, a server or the state.
struct Setup {
  config::LoadResult config;
  Repositories repositories;
  std::vector<std::unique_ptr<TargetSource>> sources;

  const config::Settings& settings() const { return config.settings; }
};

/// Reads configuration, environment and flags. Throws UsageError.
config::LoadResult load_config(const Arguments& arguments);
Setup set_up(const Arguments& arguments);

/// The targets that the command line names, forced if it says so. `known` gets the names of all
/// for this machine.
std::vector<Target> selected_targets(const Setup& setup, const Arguments& arguments,
                                     std::vector<std::string>& known);

BuildSettings build_settings(const config::Settings& settings);
/// Reads the configured files. Throws Error.
BuilderImage::Settings image_settings(const config::Settings& settings);

}  // namespace pkgkiln::cli
