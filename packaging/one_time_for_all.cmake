# Runs before the package is packed: a checkout has the times of when it was made, and the package would keep them.
file(GLOB_RECURSE files LIST_DIRECTORIES true "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*")
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  foreach(file IN LISTS files)
    execute_process(COMMAND touch --no-dereference "--date=@$ENV{SOURCE_DATE_EPOCH}" "${file}" COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endif()
