# SPDX-License-Identifier: MIT
# Run by the shim inside the program's interpreter (pylead.c), CPython 3.9 on.
#
# lead(function, through): from now on what `function` gets as its first argument
# is what `through` makes of it. The function stays the same object, as others
# may have imported it by name, with the same signature, text and documentation;
# its code becomes a call of what it was. False: it is of a kind that is not
# known here, and stays as it is.
def lead(function, through):
    code = function.__code__
    count = code.co_argcount
    names = code.co_varnames[:count + code.co_kwonlyargcount]
    if code.co_freevars or code.co_flags & 0x0c or not count:
        return False
    inner = type(function)(code, function.__globals__, function.__name__,
                           function.__defaults__)
    inner.__kwdefaults__ = function.__kwdefaults__
    takes = list(names)
    if count < len(names):
        takes.insert(count, "*")
    if code.co_posonlyargcount:
        takes.insert(code.co_posonlyargcount, "/")
    gives = [f"'through'.__call__({names[0]})", *names[1:count],
             *(f"{name}={name}" for name in names[count:])]
    scope = {}
    exec(f"def made({', '.join(takes)}):"
         f" return 'inner'.__call__({', '.join(gives)})", scope)
    made = scope["made"].__code__
    # No name of ours appears in the function's module.
    ours = {"inner": inner, "through": through}
    like = {"co_consts": tuple(ours.get(c, c) for c in made.co_consts),
            "co_filename": code.co_filename, "co_name": code.co_name,
            "co_firstlineno": code.co_firstlineno}
    if hasattr(code, "co_qualname"):
        like["co_qualname"] = code.co_qualname
    function.__code__ = made.replace(**like)
    return True
