#pragma once

/// The labels on everything that we make in an engine, so that leftovers can be recognised and
/// nothing foreign is ever touched.
namespace pkgkiln::label {

inline constexpr const char* instance = "io.pkgkiln.instance";  // one per state directory
inline constexpr const char* run = "io.pkgkiln.run";            // one per run of the program
inline constexpr const char* target = "io.pkgkiln.target";
inline constexpr const char* cache = "io.pkgkiln.cache";  // "packages" or "target": no leftover
inline constexpr const char* base_digest = "io.pkgkiln.base-digest";
inline constexpr const char* base_image = "io.pkgkiln.base-image";
inline constexpr const char* bootstrap_hash = "io.pkgkiln.bootstrap-hash";

}  // namespace pkgkiln::label
