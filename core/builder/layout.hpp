#pragma once

/// Users and paths in the builder image, made by core/builder/script/bootstrap.sh.
namespace pkgkiln::builder {

inline constexpr const char* user = "builder";
/// uid and gid; not 1000, which many base images use already.
inline constexpr int id = 1500;

/// /build belongs to root. The directories in it belong to builder, who can't replace them.
inline constexpr const char* startdir = "/build/startdir";
inline constexpr const char* pkgdest = "/build/pkgdest";
/// For sources without a cache.
inline constexpr const char* srcdest = "/build/srcdest";
/// Where the shared cache and the target's own are mounted, read-only for a build.
/// core/builder/script/keep.sh fills them.
inline constexpr const char* shared_cache = "/var/cache/pkgkiln/packages";
inline constexpr const char* own_cache = "/var/cache/pkgkiln/target";
/// What a build downloads for the caches, and its sources. The image has these directories.
inline constexpr const char* fetched = "/var/cache/pkgkiln/fetched";
inline constexpr const char* fetched_sources = "/var/cache/pkgkiln/fetched/sources";
/// Belongs to root; gets the directory with packages of a repository for pacman.
inline constexpr const char* offered = "/var/lib";

/// Paths of the sync databases that pacman had when the image was made, in the order of its
/// repositories, a line each.
inline constexpr const char* databases = "/usr/share/pkgkiln/databases";

/// With perl's directories, which an exec lacks since it runs no login shell.
inline constexpr const char* path =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:"
    "/usr/bin/site_perl:/usr/bin/vendor_perl:/usr/bin/core_perl";

}  // namespace pkgkiln::builder
