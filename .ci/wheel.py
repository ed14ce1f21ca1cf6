"Build the wheel, look into it, and use it from an empty folder in which nothing else of the project can be found."
import subprocess, sys, tempfile, zipfile
from pathlib import Path

from common import build_wheel, install_wheel, report, tracked

def contents(names):
    "What a wheel with these files lacks, or has too much."
    package = {file for file in tracked() if file.startswith('powerlaw_nb/')}            # modules, MNIST, results, benchmarks
    problems = [f'the wheel lacks {file}' for file in sorted(package - set(names))]
    about = [n for n in names if '.dist-info/' in n]
    problems += [f'the wheel lacks {end}' for end in ('/LICENSE', '/LICENSE.md', '/entry_points.txt') if not any(n.endswith(end) for n in about)]
    problems += [f'the wheel has {n}, which is no file of the package' for n in names if '.dist-info/' not in n and n not in package]
    kinds = dict(MNIST='powerlaw_nb/mnist/train-images', results='powerlaw_nb/results/', benchmarks='powerlaw_nb/benchmarks/',
                 templates='powerlaw_nb/templates/')
    return problems + [f'the wheel has no {kind}' for kind, start in kinds.items() if not any(n.startswith(start) for n in names)]

use = '''
import importlib, pkgutil, sys
from pathlib import Path
import powerlaw_nb
site = Path(sys.argv[1]).resolve()
for module in [powerlaw_nb, *(importlib.import_module(m.name) for m in pkgutil.walk_packages(powerlaw_nb.__path__, 'powerlaw_nb.'))]:
    assert Path(module.__file__).resolve().is_relative_to(site), f'{module.__name__} comes from {module.__file__}'
    print(module.__name__)
from powerlaw_nb.attacks import fgsm
from powerlaw_nb.data import mnist
from powerlaw_nb.experiments.bench import main
from powerlaw_nb.experiments.store import packaged_store
from powerlaw_nb.models import MLP
from powerlaw_nb.reg import spectral_loss
x, y = mnist(train=False)
assert len(x)==10_000 and packaged_store().results()
model = MLP((784, 20, 10))
assert 0 < (fgsm(model, x[:50], y[:50], .1) - x[:50]).abs().max() < .1001
loss = spectral_loss(model.hidden1(x[:50].flatten(1)), tau=5)
loss.backward()
assert loss>0 and model.hidden1[0].weight.grad.abs().sum()>0
main(['list'])
'''

def main():
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(folder)
        problems = contents(zipfile.ZipFile(wheel).namelist())
        site, empty = Path(folder)/'site', Path(folder)/'empty'
        empty.mkdir()
        environment = install_wheel(wheel, site)
        for command in ([sys.executable, '-W', 'error::DeprecationWarning:powerlaw_nb', '-c', use, str(site)],
                        [str(site/'bin'/'powerlaw_nb'), 'list']):
            done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True)
            print(done.stdout)
            if done.returncode: problems.append(f'{Path(command[0]).name}, from the installed wheel:\n{done.stderr}')
        report(problems, f'{wheel.name}: {wheel.stat().st_size/1e6:.1f} MB, complete, and works')

if __name__=='__main__': main()
