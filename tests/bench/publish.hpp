#pragma once

#include <string>
#include <vector>

namespace pkgkiln::bench {

/// Publishes the package files as one set to the repository in <root>/<repository>. Prints
/// "reading 1.2345 s, publishing 1.2345 s".
void publish_local(const std::string& root, const std::string& repository,
                   const std::vector<std::string>& files);

/// The same to a Vieter server, with the key that the file holds.
void publish_vieter(const std::string& url, const std::string& key_file,
                    const std::string& repository, const std::vector<std::string>& files);

}  // namespace pkgkiln::bench
