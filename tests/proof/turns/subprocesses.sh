# Python threads that start programs and read two pipes of each: how often they
# have to ask is up to the child.
needs=(python3)
command=(/usr/bin/python3 "$here/subprocesses.py")
