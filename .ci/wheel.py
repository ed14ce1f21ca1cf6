"Build the wheel, look into it, and use it from another folder."
import os, subprocess, sys, tempfile, zipfile
from pathlib import Path

root = Path(__file__).resolve().parent.parent
with tempfile.TemporaryDirectory() as folder:
    pip = [sys.executable, '-m', 'pip']
    subprocess.run([*pip, 'wheel', '-q', '--no-deps', '--no-build-isolation', '-w', folder, str(root)], check=True)
    wheel, = Path(folder).glob('*.whl')
    names = zipfile.ZipFile(wheel).namelist()
    wanted = ['powerlaw_nb/mnist/train-images-idx3-ubyte.gz', 'powerlaw_nb/mnist/LICENSE.md', 'powerlaw_nb/report.py', 'powerlaw_nb/benchmarks/cpu.json', '/LICENSE', 'entry_points.txt']
    missing = [w for w in wanted if not any(n.endswith(w) for n in names)]
    if not any(n.startswith('powerlaw_nb/results/') for n in names): missing.append('powerlaw_nb/results/')
    if missing: sys.exit(f'the wheel lacks {missing}')
    site = Path(folder)/'site'
    subprocess.run([*pip, 'install', '-q', '--no-deps', '--target', str(site), str(wheel)], check=True)
    use = ('import powerlaw_nb.bench as r; from powerlaw_nb.data import mnist; from powerlaw_nb.experiments import packaged_store; '
           'assert len(mnist(False)[0])==10_000 and packaged_store().results(); print(r.__file__); r.main(["list"])')
    done = subprocess.run([sys.executable, '-c', use], cwd=folder, env={**os.environ, 'PYTHONPATH': str(site)}, capture_output=True, text=True)
    print(done.stdout, done.stderr)
    if done.returncode or not done.stdout.startswith(str(site)): sys.exit('the installed wheel does not work')
