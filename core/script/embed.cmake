# Writes a C++ file (OUTPUT) that defines one string constant for each shell script in SCRIPTS.
set(text "#include \"core/script/script.hpp\"\n\nnamespace pkgkiln::script {\n\n")
foreach(script IN LISTS SCRIPTS)
  get_filename_component(name ${script} NAME_WE)
  file(READ ${script} content)
  string(APPEND text "const char* const ${name} = R\"script(${content})script\";\n")
endforeach()
string(APPEND text "\n}  // namespace pkgkiln::script\n")
file(WRITE ${OUTPUT} "${text}")
