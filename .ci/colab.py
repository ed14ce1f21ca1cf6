"""Give each notebook its start: a hidden cell that installs the package in Colab, and a line with badge and run time.

python .ci/colab.py            # writes what is missing or out of date
python .ci/colab.py --check    # only looks, and fails where something would be written
The run times stand in nbs/run_times.json, written by `python .ci/notebooks_from_wheel.py --times`."""
import json, re, sys
from hashlib import sha256

from common import notebooks, report, root
from links import colab, repository

install = f"""#| hide
# Only in Colab: install the package, and what the tests in the chapters need. Everything else comes with it.
if 'google.colab' in str(get_ipython()): get_ipython().run_line_magic('pip', 'install -q "powerlaw_nb[dev,peers] @ git+{repository}"')"""
mark = '[![Open in Colab]'
gpu = {'08_experiments.ipynb': 'The runs of this page are small; `execute` takes a GPU when there is one.', '15_report.ipynb': 'The runs of this page are small; the command line takes a GPU when there is one.',
       '18_devices.ipynb': 'On a machine with GPUs the cells marked `#| cuda` use them.', '90_benchmarks.ipynb': 'The cells marked `#| slow` take longer, and measure a GPU when there is one.'}

def spoken(seconds):
    "A time rounded to what it is worth."
    return f'{max(10, round(seconds, -1)):.0f} seconds' if seconds<95 else f'{seconds/60:.0f} minutes'

def start_line(name, times):
    "Badge, run time, and what a GPU would do for the page."
    badge = f'{mark}(images/colab.svg)]({colab}/blob/main/nbs/{name})'
    return f"{badge} &nbsp; From top to bottom in about {spoken(times['seconds'][name])} of one CPU core. {gpu.get(name, 'A GPU is not needed and not used: the cells are small.')}"

def identity(name, role): return sha256(f'{name} {role}'.encode()).hexdigest()[:8]

def with_start(name, notebook, times):
    "The cells of a notebook with its start, written anew."
    cells = [c for c in notebook['cells'] if "'google.colab' in str(get_ipython())" not in ''.join(c['source']) and not ''.join(c['source']).startswith(mark)]
    first = dict(cell_type='code', execution_count=None, id=identity(name, 'install'), metadata={}, outputs=[], source=install.splitlines(True))
    line = dict(cell_type='markdown', id=identity(name, 'badge'), metadata={}, source=[start_line(name, times)])
    title = next(i for i, c in enumerate(cells) if c['cell_type']=='markdown' and re.match(r'# ', ''.join(c['source'])))
    return [first, *cells[:title+1], line, *cells[title+1:]]

def main(check):
    times, problems, found = json.loads((root/'nbs/run_times.json').read_text()), [], notebooks()
    for name, notebook in found.items():
        if name not in times['seconds']: problems.append(f'nbs/run_times.json has no time of {name}: run .ci/notebooks_from_wheel.py --times'); continue
        cells = with_start(name, notebook, times)
        if cells==notebook['cells']: continue
        if check: problems.append(f'{name} has not the start of a page: run .ci/colab.py'); continue
        (root/'nbs'/name).write_text(json.dumps(dict(notebook, cells=cells), indent=1, ensure_ascii=False) + '\n', encoding='utf-8')
    report(problems, f'{len(found)} notebooks start with a cell for Colab, a badge and a run time')

if __name__=='__main__': main('--check' in sys.argv[1:])
