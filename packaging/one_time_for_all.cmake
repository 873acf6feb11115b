# Runs before the package is packed. Debian wants manuals compressed, wherever they come from; and a checkout has the times of
# when it was made, which the package would keep.
file(GLOB_RECURSE manuals "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/man/*.[1-8]")
foreach(manual IN LISTS manuals)
  execute_process(COMMAND gzip -9n "${manual}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(GLOB_RECURSE files LIST_DIRECTORIES true "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*")
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  foreach(file IN LISTS files)
    execute_process(COMMAND touch --no-dereference "--date=@$ENV{SOURCE_DATE_EPOCH}" "${file}" COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endif()
