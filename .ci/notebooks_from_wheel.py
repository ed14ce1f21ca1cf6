"""Run each notebook alone, in an empty folder, with the package from the built wheel.

python .ci/notebooks_from_wheel.py [NAME ...]      # names of notebooks, for example 06_attacks.ipynb; none: all
Ends with "N passed, N failed"."""
import re, shutil, subprocess, sys, tempfile, time
from pathlib import Path

from common import build_wheel, install_wheel, root

skipped = re.compile(r'^#\|\s*(?:slow|cuda|eval:\s*false)\s*$', re.M | re.I)     # as tst_flags in settings.ini, and nbdev itself

def run_here(name):
    "Run the cells of a notebook in this process; the first error ends it."
    from execnb.nbio import read_nb
    from execnb.shell import CaptureShell
    shell = CaptureShell(name)
    try: shell.run_all(read_nb(name), exc_stop=True, preproc=lambda cell: cell.cell_type!='code' or skipped.search(cell.source) or 'nbdev_export()' in cell.source)
    except BaseException: sys.exit(shell.prettytb(fname=Path(name)))
    import powerlaw_nb
    print(f'package: {powerlaw_nb.__file__}')

def run_alone(notebook, environment, seconds=1800):
    "Run a notebook in a folder of its own; what it printed, and whether it passed with the package from the wheel."
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(notebook, folder)
        try: done = subprocess.run([sys.executable, str(Path(__file__).resolve()), '--here', notebook.name], cwd=folder, timeout=seconds,
                                   env={**environment, 'IN_TEST': '1', 'MPLBACKEND': 'agg'}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        except subprocess.TimeoutExpired: return f'stopped after {seconds} s', False
    printed = re.sub(r'\x1b\[[\d;]*m', '', done.stdout)
    return printed, not done.returncode and f"package: {environment['PYTHONPATH']}" in printed

def main(names):
    wanted = [root/'nbs'/name for name in names] or sorted((root/'nbs').glob('*.ipynb'))
    if absent := [str(file.name) for file in wanted if not file.is_file()]: sys.exit(f'no such notebooks in nbs: {absent}')
    passed = 0
    with tempfile.TemporaryDirectory() as folder:
        environment = install_wheel(build_wheel(folder), Path(folder).resolve()/'site')
        for notebook in wanted:
            start = time.perf_counter()
            printed, good = run_alone(notebook, environment)
            passed += good
            if not good: print(printed[-6000:])
            print(f"{'ok' if good else 'FAILED'}: {notebook.name} ({time.perf_counter()-start:.0f} s)", flush=True)
    print(f'{passed} passed, {len(wanted)-passed} failed')
    sys.exit(passed<len(wanted))

if __name__=='__main__': run_here(sys.argv[2]) if sys.argv[1:2]==['--here'] else main(sys.argv[1:])
