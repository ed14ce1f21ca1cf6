"""A notebook that draws from a global stream without a seed fails in `.ci/run`, by .ci/capture: tried with notebooks that do, and do not.

python .ci/seeds.py"""
import json, shutil, tempfile
from pathlib import Path

from common import nbdev_test, report, root

tried = {'torch': ['import torch', 'torch.randn(3)', '1'], 'numpy': ['import numpy', 'numpy.random.rand(3)'],       # names of what must be found
         'both': ['import numpy, torch', 'torch.nn.Linear(2, 2), numpy.random.rand(3)'],
         'seeded': ['import torch', 'torch.manual_seed(0); torch.randn(3)', 'torch.randn(3)'],
         'generators': ['import numpy, torch', 'numpy.random.default_rng(0).random(3)', 'torch.rand(3, generator=torch.Generator().manual_seed(0))']}
wanted = {'torch': 'stream of torch without', 'numpy': 'stream of numpy without', 'both': 'stream of torch and numpy without'}

def notebook(sources):
    "The text of a notebook with these cells."
    cells = [dict(cell_type='code', execution_count=None, id=f'cell{i}', metadata={}, outputs=[], source=s) for i, s in enumerate(sources)]
    kernel = dict(display_name='python3', language='python', name='python3')
    return json.dumps(dict(cells=cells, metadata=dict(kernelspec=kernel), nbformat=4, nbformat_minor=5))

def problems():
    "Notebooks that are judged wrongly, all tested in one process."
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder/'nbs').mkdir()
        shutil.copy(root/'settings.ini', folder)
        for name, sources in tried.items(): (folder/f'nbs/{name}.ipynb').write_text(notebook(sources), encoding='utf-8')
        done = nbdev_test('nbs', folder/'captured', '--n_workers', '0', folder=folder, capture_output=True, text=True)
    said = done.stdout + done.stderr
    failed = {name for name in tried if f'{name}.ipynb:' in said}                   # each error begins with the path of its notebook
    if done.returncode==0: yield 'nbdev_test finds no fault'
    yield from (f'a notebook that draws ({name}) is not found: {said[-300:]}' for name in wanted if name not in failed or said.count(wanted[name])!=1)
    yield from (f'a notebook that draws with a seed ({name}) is called wrong: {said[-300:]}' for name in failed - {*wanted})

if __name__=='__main__': report(list(problems()), f'{len(tried)} notebooks with and without seeds are told apart')
