# Writes a C++ file (OUTPUT) that defines one string constant in NAMESPACE for each of FILES, as HEADER
# declares them: "name.sh" is `name`, "name.css" is `name_css`. A line ". parts/NAME.sh" of a script is
# replaced by that file.
set(text "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  get_filename_component(folder ${file} DIRECTORY)
  string(REGEX REPLACE "\\.sh$" "" name ${name})
  string(REPLACE "." "_" name ${name})
  file(READ ${file} content)
  while(content MATCHES "\n\\. (parts/[a-z_]+\\.sh)\n")
    set(part "${CMAKE_MATCH_1}")
    file(READ ${folder}/${part} text_of_part)
    string(REPLACE "\n. ${part}\n" "\n${text_of_part}\n" content "${content}")
  endwhile()
  string(APPEND text "const char* const ${name} = R\"script(${content})script\";\n")
endforeach()
string(APPEND text "\n}  // namespace ${NAMESPACE}\n")
file(WRITE ${OUTPUT} "${text}")
