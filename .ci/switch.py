"""Turn the switch of each page that has one to the preset `smoke`, and run the page: its figures and tables come from runs made here,
and its sentences about the stored results stay away.

python .ci/switch.py [--data FILE] [NAME ...]       # names are paths in nbs; none: all pages with a switch; FILE: an .npz in the place of MNIST"""
import os, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from common import notebooks, report
from execnb.nbio import dict2nb
from execnb.shell import CaptureShell

switch = 'preset = None ', "preset = 'smoke' ", "folder = 'results' ", "data = 'mnist' "
of_stored = 'page.text(', 'if page.stored:'

def turned(notebook, folder, data):
    "The code cells of a page whose switch stands at `smoke`, and at other images than MNIST where some are given."
    cells = [dict(cell, outputs=[]) for cell in notebook['cells'] if cell['cell_type']=='code']
    for cell in cells:
        source = ''.join(cell['source'])
        if 'open_page(' in source and switch[0] in source:
            source = source.replace(switch[0], switch[1]).replace('device = None ', "device = 'cpu' ").replace(switch[2], f'folder = {folder!r} ')
            if data: source = source.replace(switch[3], f'data = {data!r} ')
        cell['source'] = source
    return dict2nb(dict(notebook, cells=cells))

def about_stored(cell):
    "Whether all of a cell is about the stored results."
    lines = [line for line in cell.source.split('\n') if line and not line.startswith('#|')]
    return bool(lines) and lines[0].startswith(of_stored)

def shown(cell):
    "What a cell gave, as text."
    parts = []
    for output in cell.outputs:
        data = {'text/plain': output.get('text', ''), **output.get('data', {})}
        parts += [kind if kind.startswith('image/') else ''.join(text) for kind, text in data.items()]
    return ' '.join(parts)

def problems_of(name, notebook, folder, data):
    "What is wrong with a page whose switch is turned."
    page, shell = turned(notebook, folder, data), CaptureShell()
    try: shell.run_all(page, exc_stop=True)
    except Exception: return [f'{name}: {shell.prettytb(fname=name)[-1500:]}']
    text = {cell.id: shown(cell) for cell in page.cells}
    found = [f'{name}, cell {cell.id}: says of other results {text[cell.id][:60]!r}' for cell in page.cells if about_stored(cell) and text[cell.id].strip()]
    found += [f'{name}, cell {key}: shows {word!r}' for key, value in text.items() for word in ('preset small', 'preset paper') if word in value]
    if {r['run'].preset for r in shell.user_ns['page'].results}!={'smoke'}: found.append(f'{name}: its results are not of the runs that were made')
    kinds = {r['run'].data=='mnist' for r in shell.user_ns['page'].results}
    if kinds!={not data}: found.append(f'{name}: its results are on other images than were asked for')
    if not any('image/png' in value for value in text.values()): found.append(f'{name}: no figure')
    return found

def run_page(name, folder, data):
    "Run a page in a process of its own; what it printed where something is wrong."
    done = subprocess.run([sys.executable, __file__, name], env={**os.environ, 'SWITCH_FOLDER': folder, 'SWITCH_DATA': data}, capture_output=True, text=True)
    return [] if done.returncode==0 else [done.stdout[-3000:] + done.stderr[-500:]]

def main(names):
    pages = {name: notebook for name, notebook in notebooks().items() if any(switch[0] in ''.join(c['source']) for c in notebook['cells'])}
    data = os.environ.get('SWITCH_DATA', '')
    if names[:1]==['--data']: data, names = os.path.abspath(names[1]), names[2:]
    chosen, folder = names or list(pages), os.environ.get('SWITCH_FOLDER')
    if folder and len(chosen)==1:
        os.chdir(folder)                                          # a page finds nothing of the checkout
        problems = problems_of(chosen[0], pages[chosen[0]], f'{folder}/runs', data)
    else:
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:       # the pages share their runs
            problems = sum(pool.map(partial(run_page, folder=folder, data=data), chosen), [])
    report(problems, f'{len(chosen)} pages drawn from runs that were made here: {", ".join(chosen)}')

if __name__=='__main__': main(sys.argv[1:])
