# add_module(NAME [THREADS] SOURCES a.cpp ... [TESTS a_test.cpp ...] [FUZZ a_fuzz.cpp ...] [BENCH a_bench.cpp ...]
#            [DEPS base event ...] [LIBS fmt::fmt ...] [PRIVATE_LIBS ...] [TEST_LIBS ...])
# One library yorozu::NAME of the folder it stands in, its tests in one program NAME_test, a fuzz target and a replay of
# its corpus for each FUZZ file, a benchmark program for each BENCH file. DEPS are the modules whose headers it may
# include, itself and its tests; tests/house reads the includes and refuses any other. THREADS: its tests use several
# threads and run under ThreadSanitizer in `./test --long`.
# A file that is listed before it is written is left out with a warning; tests/house fails on it.
function(yorozu_existing out)
  set(found "")
  file(GLOB seen CONFIGURE_DEPENDS *.cpp)  # only so that cmake runs again when a file comes
  foreach(file ${ARGN})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
      list(APPEND found ${file})
    else()
      message(WARNING "listed, but not there: ${CMAKE_CURRENT_SOURCE_DIR}/${file}")
      set_property(GLOBAL APPEND_STRING PROPERTY YOROZU_MISSING "${CMAKE_CURRENT_SOURCE_DIR}/${file}\n")
    endif()
  endforeach()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

function(add_module name)
  cmake_parse_arguments(M "THREADS" "" "SOURCES;TESTS;FUZZ;BENCH;DEPS;LIBS;PRIVATE_LIBS;TEST_LIBS" ${ARGN})
  if(M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "add_module(${name}): unknown words: ${M_UNPARSED_ARGUMENTS}")
  endif()
  yorozu_existing(M_SOURCES ${M_SOURCES})
  yorozu_existing(M_TESTS ${M_TESTS})
  yorozu_existing(M_FUZZ ${M_FUZZ})
  yorozu_existing(M_BENCH ${M_BENCH})
  if(NOT M_SOURCES)  # a library needs one file
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cpp "")
    set(M_SOURCES ${CMAKE_CURRENT_BINARY_DIR}/${name}_empty.cpp)
  endif()
  add_library(yorozu_${name} STATIC ${M_SOURCES})
  add_library(yorozu::${name} ALIAS yorozu_${name})
  set_target_properties(yorozu_${name} PROPERTIES LINKER_LANGUAGE CXX)
  list(TRANSFORM M_DEPS PREPEND yorozu:: OUTPUT_VARIABLE dep_targets)
  target_link_libraries(yorozu_${name} PUBLIC yorozu_flags ${dep_targets} ${M_LIBS} PRIVATE ${M_PRIVATE_LIBS})
  set(test_deps ${M_TEST_LIBS})
  list(FILTER test_deps INCLUDE REGEX "^yorozu::")
  list(TRANSFORM test_deps REPLACE "^yorozu::" "")
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR})
  list(JOIN M_DEPS " " deps)
  list(JOIN test_deps " " test_deps)
  set_property(GLOBAL APPEND_STRING PROPERTY YOROZU_MODULES "${name} ${folder} : ${deps} : ${test_deps}\n")

  if(YOROZU_TESTS AND M_TESTS)
    add_executable(${name}_test ${M_TESTS})
    target_link_libraries(${name}_test PRIVATE yorozu::${name} GTest::gtest GTest::gmock GTest::gtest_main ${M_TEST_LIBS})
    target_compile_definitions(${name}_test PRIVATE
      YOROZU_SOURCE_DIR="${PROJECT_SOURCE_DIR}" YOROZU_MODULE_DIR="${CMAKE_CURRENT_SOURCE_DIR}")
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES ENVIRONMENT TZ=UTC)  # times without zone are those of the machine
    if(M_THREADS)
      set_tests_properties(${name} PROPERTIES LABELS "unit;threads")
    else()
      set_tests_properties(${name} PROPERTIES LABELS unit)
    endif()
  endif()

  foreach(file ${M_FUZZ})
    get_filename_component(fuzz ${file} NAME_WE)
    if(YOROZU_FUZZ)
      add_executable(${fuzz} ${file})
      target_link_libraries(${fuzz} PRIVATE yorozu::${name})
      target_compile_options(${fuzz} PRIVATE -fsanitize=fuzzer)
      target_link_options(${fuzz} PRIVATE -fsanitize=fuzzer)
    elseif(YOROZU_TESTS)  # the same function, over the files of fuzz/corpus/<target>/
      add_executable(${fuzz}_replay ${file} ${PROJECT_SOURCE_DIR}/fuzz/replay_main.cpp)
      target_link_libraries(${fuzz}_replay PRIVATE yorozu::${name})
      add_test(NAME ${fuzz} COMMAND ${fuzz}_replay ${PROJECT_SOURCE_DIR}/fuzz/corpus/${fuzz})
      set_tests_properties(${fuzz} PROPERTIES LABELS fuzz)
    endif()
  endforeach()

  if(YOROZU_BENCH)
    foreach(file ${M_BENCH})
      get_filename_component(bench ${file} NAME_WE)
      add_executable(${bench} ${file})
      target_link_libraries(${bench} PRIVATE yorozu::${name} benchmark::benchmark)
    endforeach()
  endif()
endfunction()

# embed_files(TARGET NAME OUT_VAR FILES...): makes the files part of the program as `std::string_view NAME(path)`; see
# cmake/embed.cmake.
function(embed_files target symbol)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cpp)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSYMBOL=${symbol} -DROOT=${PROJECT_SOURCE_DIR} "-DFILES=${ARGN}"
            -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
