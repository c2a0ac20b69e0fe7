# Turns each SQL file given into a C string named after it: sql/introspection/types.sql becomes introspection_types.
# Comment lines and indentation stay behind. -v prefix=x_ puts another word in front. SPDX-License-Identifier: MIT
BEGIN { if (!prefix) prefix = "introspection_" }
FNR == 1 {
	if (open) print "\t;"
	name = FILENAME
	sub(/^.*\//, "", name)
	sub(/\.sql$/, "", name)
	gsub(/-/, "_", name)
	print "static const char " prefix name "[] ="
	open = 1
}
/^[ \t]*--/ { next }
{
	sub(/^[ \t]+/, "")
	gsub(/\\/, "\\\\&")
	gsub(/"/, "\\\"")
	print "\t\"" $0 "\\n\""
}
END { if (open) print "\t;" }
