"""Give each notebook its start: a hidden cell that installs the package in Colab, and a line with badge and run time.

python .ci/colab.py            # writes what is missing or out of date
python .ci/colab.py --check    # only looks, and fails where something would be written
The run times stand in nbs/run_times.json, written by `python .ci/times.py --write` after the tests."""
import json, re, sys
from hashlib import sha256

from common import notebooks, report, root, up
from links import colab, repository

install = f"""#| hide
# Only in Colab: install the package. What Colab has stays as it is.
if 'google.colab' in str(get_ipython()):
    get_ipython().run_line_magic('pip', 'install -q "powerlaw_nb @ git+{repository}"')"""
mark = '[![Open in Colab]'
switch = ('The page shows stored results, for which a GPU changes nothing; a switch at its top runs the section anew, '
          'on the GPU when there is one.')
small = 'The functions of this page work on a GPU, too; its examples run on the CPU, for which they are small enough.'
nothing = 'A GPU changes nothing here.'
gpu = {                                                           # what a GPU does for a page; `nothing` for those that are not named
    **dict.fromkeys(['00_theory.ipynb', '00a_noise.ipynb', '01_reg.ipynb', '02_data.ipynb', '03_models.ipynb', '04_regularizer.ipynb', '04c_follow.ipynb',
                     '05_whitening.ipynb', '06_attacks.ipynb', '06_strong_attack.ipynb', '06a_checks.ipynb', '07_sensitivity.ipynb',
                     '08a_measure.ipynb', '16e_stale_basis.ipynb',
                     '16f_contradiction.ipynb', '00b_intrinsic.ipynb', '00c_measures.ipynb', 'neighbours/20_dimension.ipynb',
                     'neighbours/21_fourier_masks.ipynb', 'neighbours/21a_fourier_masks_experiments.ipynb',
                     'neighbours/23_local_convolutions.ipynb',
                     'neighbours/24_spectral_bias.ipynb', 'neighbours/24a_spectral_bias_training.ipynb',
                     'neighbours/26_texture.ipynb', 'neighbours/26b_texture_networks.ipynb',
                     'neighbours/28_kernel_machines.ipynb', 'neighbours/28a_kernel_machines_experiments.ipynb',
                     'neighbours/27_invariance.ipynb', 'neighbours/27a_invariance_experiments.ipynb',
                     'neighbours/25_implicit_bias.ipynb', 'neighbours/25a_implicit_bias_experiments.ipynb',
                     'neighbours/22_frequency_maps.ipynb',
                     'neighbours/29_mirror_symmetry.ipynb', 'neighbours/29a_mirror_symmetry_experiments.ipynb',
                     'neighbours/30_grid_maps.ipynb', 'neighbours/30a_grid_maps_rates.ipynb',
                     'neighbours/30b_grid_maps_experiments.ipynb',
                     'engineering/01_covariance.ipynb', 'engineering/17_wide.ipynb'], small),
    **dict.fromkeys(['10_shallow.ipynb', '11_whiten.ipynb', '12_all_layers.ipynb', '13_appendix.ipynb', '16_claims.ipynb'], switch),
    '04_trainer.ipynb': 'The section *On a GPU* uses one when there is one, and puts its times beside those of the CPU.',
    '09a_switch.ipynb': 'The runs of this page are made on the CPU; the switch that it explains takes a GPU when there is one.',
    '15_report.ipynb': 'The runs of this page are small; the command line takes a GPU when there is one.',
    'engineering/07_execute.ipynb': 'The runs of this page are small; `execute` takes a GPU when there is one.',
    'engineering/18_devices.ipynb': 'Its processes run on the CPU, also where there are GPUs; the script that it shows takes one GPU for each process.',
    'engineering/18a_device_discipline.ipynb': 'It needs no GPU, and uses none: that is its point.',
    'engineering/18b_neighbours_elsewhere.ipynb': 'It needs no GPU, and uses none.',
    'engineering/89_cost.ipynb': 'Its examples measure a CPU; `powerlaw_nb bench --device cuda` measures your GPU.',
    'engineering/90_benchmarks.ipynb': 'The page shows times of a CPU; `powerlaw_nb bench --device cuda` measures those of your GPU.',
    'engineering/91_numerics.ipynb': 'One cell repeats its tests on a GPU when there is one.'}

def spoken(seconds):
    "A time rounded to what it is worth."
    return f'{max(10, round(seconds, -1)):.0f} seconds' if seconds<95 else f'{seconds/60:.0f} minutes'

def start_line(name, times):
    "Badge, run time, and what a GPU would do for the page."
    badge = f'{mark}({up(name)}images/colab.svg)]({colab}/blob/main/nbs/{name})'
    return f"{badge} &nbsp; From top to bottom in about {spoken(times['seconds'][name])} of one CPU core. {gpu.get(name, nothing)}"

def identity(name, role):
    "The id of a cell, which stays when a notebook moves to another folder."
    return sha256(f"{name.rpartition('/')[2]} {role}".encode()).hexdigest()[:8]

def is_start(cell):
    "Whether a cell is one of the two that this script writes."
    source = ''.join(cell['source'])
    return "'google.colab' in str(get_ipython())" in source or source.startswith(mark)

def with_start(name, notebook, times):
    "The cells of a notebook with its start, written anew."
    cells = [c for c in notebook['cells'] if not is_start(c)]
    first = dict(cell_type='code', execution_count=None, id=identity(name, 'install'), metadata={}, outputs=[],
                 source=install.splitlines(True))
    line = dict(cell_type='markdown', id=identity(name, 'badge'), metadata={}, source=[start_line(name, times)])
    title = next(i for i, c in enumerate(cells) if c['cell_type']=='markdown' and re.match(r'# ', ''.join(c['source'])))
    return [first, *cells[:title+1], line, *cells[title+1:]]

def main(check):
    times, found = json.loads((root/'nbs/run_times.json').read_text()), notebooks()
    problems = [f'.ci/colab.py says what a GPU does for {name}, which is no notebook' for name in gpu if name not in found]
    for name, notebook in found.items():
        if name not in times['seconds']: problems.append(f'nbs/run_times.json has no time of {name}: run .ci/times.py --write'); continue
        if any(re.search(r'^#\|\s*eval:\s*false', ''.join(c['source']), re.M) for c in notebook['cells'] if c['cell_type']=='code'):
            problems.append(f'{name} has a cell with eval: false, which Colab runs all the same: show the code in the text')
        cells = with_start(name, notebook, times)
        if cells==notebook['cells']: continue
        if check: problems.append(f'{name} has not the start of a page: run .ci/colab.py'); continue
        (root/'nbs'/name).write_text(json.dumps(dict(notebook, cells=cells), indent=1, ensure_ascii=False) + '\n', encoding='utf-8')
    report(problems, f'{len(found)} notebooks start with a cell for Colab, a badge and a run time')

if __name__=='__main__': main('--check' in sys.argv[1:])
