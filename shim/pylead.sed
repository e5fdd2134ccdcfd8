# Makes a C string of a text.
/^#/d
s/\\/\\\\/g
s/"/\\"/g
s/.*/"&\\n"/
