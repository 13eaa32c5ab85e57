# Writes a C++ file that holds FILES (paths, ';'-separated) as a table of embedded::File; base/embedded.h declares it.
# The bytes come in by the assembler's .incbin, so a folder of thousands of lines costs no compile time.
set(body "#include \"base/embedded.h\"\n\n")
set(table "")
set(n 0)
foreach(file ${FILES})
  file(RELATIVE_PATH name ${ROOT} ${file})
  string(APPEND body "asm(\".section .rodata\\n\"\n    \"${SYMBOL}_${n}_begin:\\n.incbin \\\"${file}\\\"\\n${SYMBOL}_${n}_end:\\n.byte 0\\n\"\n    \".previous\\n\");\nextern \"C\" const char ${SYMBOL}_${n}_begin[];\nextern \"C\" const char ${SYMBOL}_${n}_end[];\n")
  string(APPEND table "    {\"${name}\", ${SYMBOL}_${n}_begin, ${SYMBOL}_${n}_end},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUT} "${body}\nnamespace yorozu::embedded {\nnamespace {\nconst File kTable[] = {\n${table}};\n}  // namespace\nstd::span<const File> ${SYMBOL}() { return kTable; }\n}  // namespace yorozu::embedded\n")
