"""Each module is a room with one trade, and the rooms are built on each other in the order of .ci/modules.txt. What is checked:

- every module stands in that list and comes from one notebook; imports lead only to modules above it;
- no private name of a module is used outside, neither in another module nor in a notebook nor in a script inside a string;
- no line of exported code is longer than 130 characters, none of a code cell or of a script in .ci longer than 160;
- no exception text is written twice in the package; the `__init__` of a folder is empty.

Definitions over 30 lines are named, which is no error.

python .ci/rooms.py             # checks, and tries itself on a small package with planted faults
python .ci/rooms.py --imports   # only prints what each module imports"""
import ast, json, re, sys, tempfile
from collections import defaultdict
from pathlib import Path

import common

package, in_module, in_cell, long_definition, short_text = 'powerlaw_nb', 130, 160, 30, 15
prose_option = re.compile(r'#\| (?:(?:fig|tbl|lst)-(?:cap|alt)|code-summary): ')        # YAML for Quarto: nbdev takes one line of it

def private(name): return name.startswith('_') and not name.endswith('__')

def listed(root):
    "The order of the modules."
    lines = (root/'.ci/modules.txt').read_text(encoding='utf-8').splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith('#')]

def code_of(cell):
    "The Python of a code cell, with `pass` for lines of magic."
    return re.sub(r'^(\s*)[%!].*$', r'\1pass', ''.join(cell['source']), flags=re.M) if cell['cell_type']=='code' else ''

class Reader(ast.NodeVisitor):
    "Collects which modules of the package a piece of code imports, and which private names it uses of them."
    def __init__(self, rooms, room=None):
        self.rooms, self.room, self.bound, self.imports, self.used = rooms, room, {}, [], []

    def absolute(self, node):
        "The module, without the package, that `from ... import` names; None for one of another package."
        if node.level:
            parts = self.room.split('.')[:-node.level] if self.room else []
            return '.'.join([*parts, *filter(None, [node.module])])
        found = re.fullmatch(rf'{package}(?:\.(.+))?', node.module)
        return (found.group(1) or '') if found else None

    def is_room(self, name):
        "Whether a dotted name is that of a module, or of a folder of modules."
        return name in self.rooms or any(room.startswith(f'{name}.') for room in self.rooms)

    def note(self, room, line):
        if room in self.rooms: self.imports.append((room, line))

    def use(self, room, name, line):
        if private(name) and room!=self.room: self.used.append((f"{room or package}.{name}", line))

    def visit_ImportFrom(self, node):
        if (base := self.absolute(node)) is None: return
        self.note(base, node.lineno)
        for alias in node.names:
            inner = f'{base}.{alias.name}'.lstrip('.')
            if self.is_room(inner):
                self.note(inner, node.lineno)
                self.bound[alias.asname or alias.name] = f'{package}.{inner}'
            else: self.use(base, alias.name, node.lineno)

    def visit_Import(self, node):
        for alias in node.names:
            if not f'{alias.name}.'.startswith(f'{package}.'): continue
            self.note(alias.name.removeprefix(f'{package}.'), node.lineno)
            self.bound[alias.asname or package] = alias.name if alias.asname else package

    def module(self, node):
        "The module that an expression means, without the package; None if it is none."
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith('import_module') and node.args:
            text = node.args[0].value if isinstance(node.args[0], ast.Constant) else ''
        else:
            first, _, rest = ast.unparse(node).partition('.') if isinstance(node, (ast.Name, ast.Attribute)) else ('', '', '')
            text = '.'.join(filter(None, [self.bound.get(first), rest])) if first in self.bound else ''
        name = str(text).removeprefix(f'{package}.')
        return name if name!=text and self.is_room(name) else None

    def visit_Assign(self, node):
        if isinstance(node.value, ast.Call) and (room := self.module(node.value)):
            self.bound |= {target.id: f'{package}.{room}' for target in node.targets if isinstance(target, ast.Name)}
        self.generic_visit(node)

    def visit_Attribute(self, node):
        if room := self.module(node.value): self.use(room, node.attr, node.lineno)
        self.generic_visit(node)

    def visit_Call(self, node):
        if isinstance(node.func, (ast.Name, ast.Attribute)) and (room := self.module(node)): self.note(room, node.lineno)
        for owner, name in zip(node.args, node.args[1:]):                               # getattr, setattr, patch.object
            if isinstance(name, ast.Constant) and isinstance(name.value, str) and (room := self.module(owner)):
                self.use(room, name.value, node.lineno)
        self.generic_visit(node)

    def visit_Constant(self, node):
        "Scripts inside strings, and names of things to patch."
        if not isinstance(node.value, str) or package not in node.value: return
        try: inside = read(node.value, self.rooms) if '\n' in node.value else Reader(self.rooms)
        except SyntaxError: inside = Reader(self.rooms)                                 # a piece of a script, or prose
        self.used += [(name, node.lineno) for name, _ in inside.used]
        for room, names in re.findall(rf'\bfrom {package}\.?([\w.]*) import \(?([^\n;)]*)', node.value):
            for name in re.findall(r'(?:^|,)\s*(\w+)', names): self.use(room, name, node.lineno)
        for name in re.findall(rf'\b{package}\.([\w.]*\b_[a-zA-Z]\w*)', node.value):
            room, _, last = name.rpartition('.')
            if room in self.rooms: self.use(room, last, node.lineno)

def read(code, rooms, room=None, reader=None):
    "A reader that has seen some code."
    reader = reader or Reader(rooms, room)
    reader.visit(ast.parse(code))
    return reader

def message(node):
    "The possible literal texts of an expression, with {} for what is filled in."
    if isinstance(node, ast.Constant): return [str(node.value)] if isinstance(node.value, str) else ['{}']
    if isinstance(node, ast.JoinedStr):
        return [''.join(v.value if isinstance(v, ast.Constant) else '{}' for v in node.values)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add): return [a + b for a in message(node.left) for b in message(node.right)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod): return message(node.left)
    if isinstance(node, ast.IfExp): return message(node.body) + message(node.orelse)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr=='format': return message(node.func.value)
    return ['{}']

def raised(tree):
    "The texts of all exceptions that a module raises, with their lines; very short ones are left out."
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args): continue
        for text in message(node.exc.args[0]):
            text = ' '.join(re.sub(r'\{[\w.:!]*\}|%[srdg]', '{}', text).split())
            if len(text.replace('{}', '').strip())>=short_text: yield text, node.lineno

def definitions(tree, owner=''):
    "The functions and methods of a module with their number of lines."
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)): yield owner + node.name, node.end_lineno - node.lineno + 1
        inner = f'{owner}{node.name}.' if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else owner
        yield from definitions(node, inner)

def exports(notebooks):
    "Which notebooks say that they write which module."
    found = defaultdict(list)
    for name, notebook in notebooks.items():
        for cell in notebook['cells']:
            for room in re.findall(r'^#\| *default_exp +(\S+)', code_of(cell), re.M): found[room].append(name)
    return found

def list_problems(order, modules, notebooks):
    "Modules that are missing in the list or on disk, twice, or written by no notebook or by several."
    yield from (f'{room} is not in .ci/modules.txt: add it below what it imports' for room in modules if room not in order)
    yield from (f'.ci/modules.txt names {room}, and there is no such module' for room in order if room not in modules)
    yield from (f'.ci/modules.txt names {room} twice' for room in dict.fromkeys(order) if order.count(room)>1)
    written = exports(notebooks)
    yield from (f'{room} is written by several notebooks: {", ".join(names)}' for room, names in written.items() if len(names)>1)
    yield from (f'{modules[room].name}: no notebook has `#| default_exp {room}`: delete what has moved' for room in modules if room not in written)
    yield from (f'{names[0]}: default_exp {room} has no module: run nbdev_export' for room, names in written.items() if room not in modules)

def module_problems(order, modules):
    "What is wrong in the modules: imports, private names, long lines, exception texts."
    texts = defaultdict(list)
    for room, file in modules.items():
        code = file.read_text(encoding='utf-8')
        seen = read(code, modules, room)
        for other, line in seen.imports:
            if room in order and other in order and order.index(other)>=order.index(room):
                yield f'{room}, line {line}: imports {other}, which stands below it in .ci/modules.txt'
        yield from (f'{room}, line {line}: uses the private name {name}: make it public there' for name, line in dict.fromkeys(seen.used))
        yield from (f'{room}, line {i}: {len(text)} characters, more than {in_module}' for i, text in enumerate(code.splitlines(), 1) if len(text)>in_module)
        for text, line in raised(ast.parse(code)): texts[text].append(f'{room}, line {line}')
    yield from (f'the same exception text in {"; ".join(places)}: {text!r}: make one function of it' for text, places in texts.items() if len(places)>1)

def notebook_problems(name, notebook, modules):
    "What is wrong in the code cells of a notebook: private names, long lines."
    room = next((found for found, names in exports({name: notebook}).items()), None)
    reader = Reader(modules, room)
    for cell in notebook['cells']:
        where = f"{name}, cell {cell.get('id')}"
        try: read(code_of(cell), modules, reader=reader)
        except SyntaxError as error: yield f'{where}: {error}'
        yield from (f'{where}: uses the private name {used}: make it public there' for used in dict.fromkeys(used for used, _ in reader.used))
        reader.used.clear()
        lines = ''.join(cell['source']).splitlines() if cell['cell_type']=='code' else []
        long = [line for line in lines if len(line)>in_cell and not prose_option.match(line)]
        yield from (f'{where}: a line of {len(line)} characters, more than {in_cell}: {line.strip()[:50]}…' for line in long)

def other_problems(root):
    "Folders of modules without an empty `__init__`, and long lines in the scripts of .ci."
    for folder in sorted({file.parent for file in (root/package).rglob('*.py')} - {root/package}):
        start, name = folder/'__init__.py', folder.relative_to(root)
        if not start.is_file(): yield f'{name} has no __init__.py: run nbdev_export'
        elif start.read_text(encoding='utf-8').strip(): yield f'{name}/__init__.py is not empty: import from the modules'
    for file in sorted(file for file in (root/'.ci').rglob('*') if file.is_file() and file.suffix in ('', '.py', '.txt')):
        lines = enumerate(file.read_text(encoding='utf-8').splitlines(), 1)
        yield from (f'{file.relative_to(root)}, line {i}: {len(line)} characters, more than {in_cell}' for i, line in lines if len(line)>in_cell)

def problems_of(root):
    "All that is wrong in a repository."
    order, modules, notebooks = listed(root), common.modules(root/package), common.notebooks(root/'nbs')
    in_notebooks = [problem for name, notebook in notebooks.items() for problem in notebook_problems(name, notebook, modules)]
    return [*list_problems(order, modules, notebooks), *module_problems(order, modules), *in_notebooks, *other_problems(root)]

def longest(root):
    "The definitions of more than 30 lines, the longest first."
    found = [(lines, f'{room}.{name}') for room, file in common.modules(root/package).items()
             for name, lines in definitions(ast.parse(file.read_text(encoding='utf-8'))) if lines>long_definition]
    return sorted(found, reverse=True)

def write_small(root, files, notebooks, order):
    "A package of a few lines, with its notebooks and its list."
    for name, text in {**files, '.ci/modules.txt': '# order\n' + '\n'.join(order) + '\n'}.items():
        (root/name).parent.mkdir(parents=True, exist_ok=True)
        (root/name).write_text(text, encoding='utf-8')
    for name, sources in notebooks.items():
        cells = [dict(cell_type='code', id=f'c{i}', source=source) for i, source in enumerate(sources)]
        (root/'nbs'/name).parent.mkdir(parents=True, exist_ok=True)
        (root/'nbs'/name).write_text(json.dumps(dict(cells=cells)), encoding='utf-8')

def try_here():
    "What is not found among planted faults, or found where there is none."
    low = 'def _deep(x): return x\ndef open_(x):\n    if x: raise ValueError(f"the value {x} is below nothing")\n'
    good = {'powerlaw_nb/__init__.py': '__version__ = "0"\n', 'powerlaw_nb/low.py': low, 'powerlaw_nb/lab/__init__.py': '',
            'powerlaw_nb/lab/high.py': 'from ..low import open_\nfrom .. import low\nlow.open_(0)\ndef _own(): return low.open_\n'}
    books = {'00_low.ipynb': ['#| default_exp low', '%time\nfrom powerlaw_nb import low as l\nl.open_(0)', f"#| fig-alt: '{'x'*200}'"],
             'lab/01_high.ipynb': ['#| default_exp lab.high', 'from powerlaw_nb.low import open_']}
    with_line = lambda file, line: ({**good, file: good.get(file, '') + line}, books)
    with_cell = lambda source: (good, {**books, '02_x.ipynb': [source]})
    high, low_file = 'powerlaw_nb/lab/high.py', 'powerlaw_nb/low.py'
    faults = {
        'lab.high, line 5: uses the private name low._deep': [with_line(high, line) for line in (
            'from ..low import _deep\n', 'from powerlaw_nb.low import _deep as deep\n', 'low._deep(1)\n', 'getattr(low, "_deep")\n',
            'm = "powerlaw_nb.low._deep"\n')],
        '02_x.ipynb, cell c0: uses the private name low._deep': [with_cell(source) for source in (
            'from powerlaw_nb.low import open_, _deep', 'import powerlaw_nb.low as l\nl._deep', 'import powerlaw_nb.low\npowerlaw_nb.low._deep(1)',
            'script = """\nfrom powerlaw_nb.low import _deep\n"""', 'script = """\nfrom powerlaw_nb import low\nlow._deep(1)\n"""',
            'script = """from powerlaw_nb.low import _deep\nif so:"""', 'import importlib\nm = importlib.import_module("powerlaw_nb.low")\nm._deep',
            'from powerlaw_nb import low\nsetattr(low, "_deep", 0)')],
        '02_x.ipynb, cell c0: uses the private name lab._gone': [with_cell('from powerlaw_nb import lab\nlab._gone()')],
        'low, line 4: imports lab.high, which stands below it': [with_line(low_file, line) for line in (
            'from .lab.high import open_\n', 'from powerlaw_nb.lab import high\n', 'import powerlaw_nb.lab.high\n',
            'import importlib; importlib.import_module("powerlaw_nb.lab.high")\n')],
        'low, line 5: imports lab.high': [with_line(low_file, 'def late():\n    from .lab import high\n')],
        'low, line 4: 131 characters, more than 130': [with_line(low_file, f'# {"x"*129}\n')],
        '02_x.ipynb, cell c0: a line of 161 characters': [with_cell(f'# {"x"*159}')],
        '.ci/x.py, line 1: 161 characters': [with_line('.ci/x.py', f'# {"x"*159}\n')],
        'the same exception text in': [with_line(high, f'def f(y):\n    raise TypeError({text})\n') for text in (
            'f"the value {y + 1} is below nothing"', '"the value {} is " + "below nothing".format(y)', 'f"the value {y:g} is below nothing" if y else "no"')],
        'lab/__init__.py is not empty': [with_line('powerlaw_nb/lab/__init__.py', 'from .high import *\n')],
        'powerlaw_nb/new has no __init__.py': [with_line('powerlaw_nb/new/x.py', '')],
        'new is not in .ci/modules.txt': [with_line('powerlaw_nb/new.py', '')],
        'new.py: no notebook has `#| default_exp new`': [with_line('powerlaw_nb/new.py', '')],
        'low is written by several notebooks: 00_low.ipynb, 02_x.ipynb': [with_cell('#| default_exp low')],
        'default_exp gone has no module': [with_cell('#| default_exp gone')]}
    tries = [(wanted, *planted, ['low', 'lab.high']) for wanted, several in faults.items() for planted in several]
    tries += [('names gone, and there is no such module', good, books, ['low', 'gone', 'lab.high']),
              ('names low twice', good, books, ['low', 'low', 'lab.high'])]
    for wanted, files, found, order in [(None, good, books, ['low', 'lab.high']), *tries]:
        with tempfile.TemporaryDirectory() as folder:
            write_small(Path(folder), files, found, order)
            problems = problems_of(Path(folder))
            if wanted is None and problems: yield f'a good package is called wrong: {problems}'
            if wanted and not any(wanted in problem for problem in problems): yield f'not found: {wanted}, but {problems}'
    tree = ast.parse('class A:\n    def f(self):\n' + '        pass\n'*30)
    if list(definitions(tree))!=[('A.f', 31)]: yield f'the lines of a definition are counted wrong: {list(definitions(tree))}'

def main():
    root, missed = common.root, list(try_here())
    for lines, name in longest(root): print(f'{lines} lines: {name}')
    common.report(missed + problems_of(root), f'{len(listed(root))} modules in their order; no private name, long line or exception text out of place')

if __name__=='__main__':
    if '--imports' in sys.argv[1:]:
        found = common.modules()
        for room, file in found.items():
            wanted = sorted({other for other, _ in read(file.read_text(encoding='utf-8'), found, room).imports})
            print(f'{room}: {", ".join(wanted) or "nothing"}')
    else: main()
