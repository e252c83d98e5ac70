#include "core/state/remembered_names.hpp"

#include "core/state/sqlite.hpp"

namespace pkgkiln {

namespace {

RememberedNames read_names(const std::filesystem::path& file) {
  const sqlite::Connection connection(file, sqlite::Connection::Access::read);
  // A name belongs to what was built last under it.
  sqlite::Statement rows(connection,
                         "SELECT url, branch, path, repository, target FROM builds WHERE id IN "
                         "(SELECT MAX(id) FROM builds GROUP BY target) ORDER BY id");
  RememberedNames names;
  while (rows.step())
    names[{rows.text(0), rows.text(1), rows.text(2), rows.text(3)}] = rows.text(4);
  return names;
}

}  // namespace

RememberedNames remembered_names(const std::filesystem::path& state_dir) {
  const auto file = state_dir / "state.db";
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return {};
  try {
    return read_names(file);
  } catch (sqlite::Failure& failure) {
    if (failure.is_damage() || failure.is_no_table()) return {};
    failure.while_doing("cannot tell what the targets were called until now");
    failure.advise("check who owns the state directory '" + state_dir.string() + "'");
    throw;
  }
}

}  // namespace pkgkiln
