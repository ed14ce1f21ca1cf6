"The diffs on the page about contributing fit the notebooks too: written into their cells and exported, they give the module that `git apply` gives."
import json, re, shutil, subprocess, sys, tempfile
from pathlib import Path

from common import notebooks, report, root

def diffs(page):
    "The diffs that a notebook shows."
    shown = [''.join(o['data'].get('text/markdown', '')) for cell in page['cells'] for o in cell.get('outputs', []) if 'data' in o]
    return [found.group(1) for text in shown if (found := re.fullmatch(r'```diff\n(.*)```', text.strip(), re.S))]

def hunks(diff):
    "Old and new lines of each hunk, without the blank line between two cells at its end."
    for hunk in re.split(r'^@@.*@@.*\n', diff, flags=re.M)[1:]:
        lines = hunk.splitlines()
        old, new = ([line[1:] for line in lines if line[:1]!=sign] for sign in '+-')
        while old[-1]==new[-1]=='': old.pop(); new.pop()
        yield '\n'.join(old), '\n'.join(new)

def into_notebook(file, diff):
    "Write the hunks of a diff into the cells of a notebook."
    notebook = json.loads(file.read_text(encoding='utf-8'))
    for old, new in hunks(diff):
        cells = [c for c in notebook['cells'] if re.match(r'#\|\s*export', ''.join(c['source'])) and old in ''.join(c['source'])]
        if len(cells)!=1: return f'{file.name}: {len(cells)} cells have the lines\n{old}'
        cells[0]['source'] = ''.join(cells[0]['source']).replace(old, new, 1).splitlines(True)
    file.write_text(json.dumps(notebook), encoding='utf-8')

def without_names(module):
    "The text of a module without `__all__`, which nbdev keeps itself."
    return re.sub(r'__all__ = \[.*?\]', '', module, flags=re.S).strip()

def try_diff(diff):
    "What is wrong with one diff."
    name = re.search(r'^\+\+\+ b/(\S+)', diff, re.M).group(1)
    if len(diff.splitlines())>=20: yield f'the diff of {name} has {len(diff.splitlines())} lines: it should have fewer than 20'
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ('powerlaw_nb', 'nbs', 'settings.ini', 'setup.py'):
            if (root/part).is_dir(): shutil.copytree(root/part, copy/part, ignore=shutil.ignore_patterns('results', 'mnist', 'images', '__pycache__'))
            else: shutil.copy(root/part, copy/part)
        module = (copy/name).read_text(encoding='utf-8')
        source = re.search(r'File to edit: (?:\.\./)+(\S+)\.', module).group(1)
        if problem := into_notebook(copy/source, diff): yield problem; return
        applied = subprocess.run(['git', 'apply', '-'], input=diff, cwd=copy, capture_output=True, text=True)
        if applied.returncode: yield f'{name}: {applied.stderr}'; return
        wanted = (copy/name).read_text(encoding='utf-8')
        if wanted==module: yield f'{name}: git apply changed nothing'
        (copy/name).write_text(module, encoding='utf-8')
        export = 'from nbdev.export import nb_export; import sys; nb_export(sys.argv[1], lib_path="powerlaw_nb")'
        exported = subprocess.run([sys.executable, '-c', export, source], cwd=copy, capture_output=True, text=True)
        if exported.returncode: yield f'{source}: {exported.stderr}'
        elif without_names((copy/name).read_text(encoding='utf-8'))!=without_names(wanted):
            yield f'{source}: exported with the diff in its cells, it is not {name} with the diff applied'

def main():
    page, = (notebook for name, notebook in notebooks().items() if name.endswith('95_contributing.ipynb'))
    found = diffs(page)
    problems = [f'the page shows {len(found)} diffs, and not one each for an attack, a regularizer and an experiment'] if len(found)!=3 else []
    for diff in found: problems += try_diff(diff)
    report(problems, f'{len(found)} recipes fit the notebooks and the modules')

if __name__=='__main__': main()
