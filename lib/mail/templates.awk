# Turns each template file given, .../LANGUAGE/NAME.KIND, into a row of the table in template.c.
# SPDX-License-Identifier: MIT
function finish() { if (open) print "\t) }," }
FNR == 1 {
	finish()
	n = split(FILENAME, part, "/")
	split(part[n], word, ".")
	print "\t{ \"" part[n - 1] "\", \"" word[1] "\", \"" word[2] "\", STR_INIT("
	open = 1
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	print "\t\t\"" $0 "\\n\""
}
END { finish() }
