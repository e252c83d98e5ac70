#pragma once

/// What the builder image promises to its builds (made by core/builder/script/bootstrap.sh).
namespace pkgkiln::builder {

inline constexpr const char* user = "builder";
/// uid and gid; not 1000, which base images like to give away.
inline constexpr int id = 1500;

/// /build is root's; what is in it is builder's, and can't be replaced by him.
inline constexpr const char* startdir = "/build/startdir";
inline constexpr const char* pkgdest = "/build/pkgdest";
/// Where sources go that no cache keeps.
inline constexpr const char* srcdest = "/build/srcdest";
/// Where caches are mounted, for a build read-only: what all targets share, and the target's own.
/// What they hold is made by core/builder/script/keep.sh.
inline constexpr const char* shared_cache = "/var/cache/pkgkiln/packages";
inline constexpr const char* own_cache = "/var/cache/pkgkiln/target";
/// What a build fetched, for the caches, with its sources; their directories are the image's.
inline constexpr const char* fetched = "/var/cache/pkgkiln/fetched";
inline constexpr const char* fetched_sources = "/var/cache/pkgkiln/fetched/sources";
/// Root's; gets the directory of a repository's packages that pacman is to install from.
inline constexpr const char* offered = "/var/lib";

/// What `pacman -Sl` says of the image's repositories.
inline constexpr const char* listing = "/usr/share/pkgkiln/packages";

/// perl's directories are where a login shell has them, which an exec is not.
inline constexpr const char* path =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:"
    "/usr/bin/site_perl:/usr/bin/vendor_perl:/usr/bin/core_perl";

}  // namespace pkgkiln::builder
