"""Run each notebook alone, in an empty folder, with the package from the built wheel.

python .ci/notebooks_from_wheel.py [--times] [NAME ...]      # names of notebooks, for example 06_attacks.ipynb; none: all
With --times the seconds that each takes of one CPU core go to nbs/run_times.json. Ends with "N passed, N failed"."""
import json, re, resource, shutil, subprocess, sys, tempfile
from pathlib import Path

from common import build_wheel, install_wheel, root

skipped = re.compile(r'^#\|\s*(?:slow|cuda|eval:\s*false)\s*$', re.M | re.I)     # as tst_flags in settings.ini, and nbdev itself

def run_here(name):
    "Run the cells of a notebook in this process; the first error ends it."
    from execnb.nbio import read_nb
    from execnb.shell import CaptureShell
    shell = CaptureShell(name)
    try: shell.run_all(read_nb(name), exc_stop=True, preproc=lambda cell: cell.cell_type!='code' or skipped.search(cell.source))
    except BaseException: sys.exit(shell.prettytb(fname=Path(name)))
    import powerlaw_nb
    print(f'package: {powerlaw_nb.__file__}')

def run_alone(notebook, environment, seconds=1800):
    "Run a notebook in a folder of its own; what it printed, and whether it passed with the package from the wheel."
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(notebook, folder)
        try: done = subprocess.run([sys.executable, str(Path(__file__).resolve()), '--here', notebook.name], cwd=folder, timeout=seconds,
                                   env={**environment, 'IN_TEST': '1', 'OMP_NUM_THREADS': '1', 'MPLBACKEND': 'agg'}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        except subprocess.TimeoutExpired: return f'stopped after {seconds} s', False
    printed = re.sub(r'\x1b\[[\d;]*m', '', done.stdout)
    return printed, not done.returncode and f"package: {environment['PYTHONPATH']}" in printed

def core_seconds():
    "Seconds of CPU time of the processes that have ended; unlike the clock they do not depend on what else the machine does."
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

def write_times(seconds):
    "Put new times into nbs/run_times.json, in whole seconds."
    file = root/'nbs/run_times.json'
    known = json.loads(file.read_text(encoding='utf-8'))['seconds'] if file.exists() else {}
    kept = {name: s for name, s in (known | {name: round(s) for name, s in seconds.items()}).items() if (root/'nbs'/name).is_file()}
    file.write_text(json.dumps(dict(seconds=dict(sorted(kept.items()))), indent=1) + '\n', encoding='utf-8')

def main(names, times=False):
    wanted = [root/'nbs'/name for name in names] or sorted((root/'nbs').glob('*.ipynb'))
    if absent := [str(file.name) for file in wanted if not file.is_file()]: sys.exit(f'no such notebooks in nbs: {absent}')
    passed, seconds = 0, {}
    with tempfile.TemporaryDirectory() as folder:
        environment = install_wheel(build_wheel(folder), Path(folder).resolve()/'site')
        for notebook in wanted:
            start = core_seconds()
            printed, good = run_alone(notebook, environment)
            passed += good
            if good: seconds[notebook.name] = core_seconds() - start
            if not good: print(printed[-6000:])
            print(f"{'ok' if good else 'FAILED'}: {notebook.name} ({core_seconds()-start:.0f} s of a core)", flush=True)
    if times: write_times(seconds)
    print(f'{passed} passed, {len(wanted)-passed} failed')
    sys.exit(passed<len(wanted))

if __name__=='__main__': run_here(sys.argv[2]) if sys.argv[1:2]==['--here'] else main([a for a in sys.argv[1:] if a!='--times'], '--times' in sys.argv)
