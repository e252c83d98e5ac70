# Run by CPack on what was installed, before it is packed: what Debian's policy has otherwise.
set(share "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share")
file(RENAME "${share}/licenses/pkgkiln/LICENSE" "${share}/doc/pkgkiln/copyright")
file(REMOVE_RECURSE "${share}/licenses")
file(GLOB pages "${share}/man/man*/*")
execute_process(COMMAND gzip --best --no-name ${pages} COMMAND_ERROR_IS_FATAL ANY)
