"Every exported symbol has a docstring; every parameter and result a docment, with a shape for each tensor and a range for each image."
import ast, importlib, inspect, re, textwrap
from dataclasses import is_dataclass

from fastcore.docments import docments

from common import modules, report

# (B, N), (N,), (B, ...), (...), (len(eps),); a bracket without a comma is a remark
shape = re.compile(r'\((?:[^()]|\([^()]*\))*,(?:[^()]|\([^()]*\))*\)|\(\.\.\.\)|\bscalars?\b|\b(any|same) shape\b|\bunchanged\b')
in_range = re.compile(r'\[0, ?1\]|\b0 ?(?:to|\.\.) ?255\b|\buint8\b|\bpixel')

def is_tensor(docment, annotation):
    "Whether a parameter or result is an array, by its annotation or by its docment."
    return bool(re.search(r'\b(Tensor|ndarray)\b', str(annotation)) or re.match(r'(a )?(tensor|array)\b', docment))

def lacks(docment, annotation):
    "What is missing in one docment."
    if not docment: yield 'has no docment'
    elif not is_tensor(docment, annotation): return
    elif not shape.search(docment): yield f'is a tensor without a shape: {docment!r}'
    elif re.search(r'\bimages\b', docment) and not in_range.search(docment): yield f'holds images without their range: {docment!r}'

def returns(function):
    "Whether the body returns a value; a context manager gives one by `yield`."
    try: tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError): return False
    if any(ast.unparse(d).endswith('contextmanager') for d in getattr(tree, 'decorator_list', [])): return False
    inner = {id(n) for f in ast.walk(tree) if isinstance(f, (ast.FunctionDef, ast.Lambda)) and f is not tree for n in ast.walk(f)}
    return any(isinstance(n, ast.Return) and n.value is not None and id(n) not in inner for n in ast.walk(tree))

def says_itself(annotation):
    "Whether a type alone says what comes back: yes or no, text, or a class of this package."
    return annotation in (bool, str) or inspect.isclass(annotation) and annotation.__module__.startswith('powerlaw_nb')

def check_function(name, function, owner=None):
    "What a function or method lacks, or a class with the parameters of its `__init__`."
    if not inspect.getdoc(owner or function): yield f'{name}: no docstring'
    found = docments(owner or function, full=True, returns=True)
    parameters = inspect.signature(function).parameters.values()
    others = {p.name for p in parameters if p.kind is p.VAR_KEYWORD}      # fastcore does not read the comment beside **options
    for key, entry in found.items():
        if key not in ('return', 'self', 'cls') and key not in others: yield from (f'{name}: {key} {what}' for what in lacks(entry['docment'], entry['anno']))
    if owner: return
    result, docment = inspect.signature(function).return_annotation, (found.get('return') or {}).get('docment')
    if result is inspect.Signature.empty:
        if returns(function): yield f'{name}: returns something, but has no annotation and docment of it'
    elif result is not None and (docment or not says_itself(result)): yield from (f'{name}: the result {what}' for what in lacks(docment, result))

def explained(cls, key):
    "Whether a base class explains a method: in its docstring as `key`, or as a method without parameters."
    bases = cls.__mro__[1:]
    method = next((getattr(base, key) for base in bases if callable(getattr(base, key, None))), None)
    return any(f'`{key}`' in (base.__doc__ or '') for base in bases) or bool(method and method.__doc__ and len(inspect.signature(method).parameters)==1)

def check_class(name, cls):
    "What a class and its own public methods lack."
    if not (cls.__dict__.get('__doc__') or '').strip(): yield f'{name}: no docstring'
    if is_dataclass(cls):
        for key, entry in docments(cls, full=True, returns=False).items():
            yield from (f'{name}: {key} {what}' for what in lacks(entry['docment'], entry['anno']))
    elif '__init__' in cls.__dict__: yield from check_function(name, cls.__init__, cls)
    for key, member in cls.__dict__.items():
        function = member.fget if isinstance(member, property) else getattr(member, '__func__', member)
        if inspect.isfunction(function) and not key.startswith('_') and not explained(cls, key): yield from check_function(f'{name}.{key}', function)

def main():
    problems, count = [], 0
    for room in modules():
        module = importlib.import_module(f'powerlaw_nb.{room}')
        if not module.__doc__: problems.append(f'{room}: no docstring')
        for name in module.__all__:
            thing = getattr(module, name)
            if not callable(thing): continue                      # tables of names, such as `presets`
            count += 1
            check = check_class if inspect.isclass(thing) else check_function
            problems += [f'{room}.{problem}' for problem in check(name, thing)]
    report(problems, f'{count} exported symbols of {len(modules())} modules have docstrings and docments')

if __name__=='__main__': main()
