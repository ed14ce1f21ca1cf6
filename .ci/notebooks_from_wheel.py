"""Run each notebook alone, in an empty folder, with the package from the built wheel.

python .ci/notebooks_from_wheel.py [--times] [NAME ...]      # paths in nbs, for example engineering/17_wide.ipynb; none: all
With --times the seconds that each takes of one CPU core go to nbs/run_times.json. Ends with "N passed, N failed"."""
import re, resource, shutil, subprocess, sys, tempfile
from pathlib import Path

from common import build_wheel, install_wheel, notebook_files, root
from stored import skipped
from times import write_times



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
        command = [sys.executable, str(Path(__file__).resolve()), '--here', notebook.name]
        environment = {**environment, 'IN_TEST': '1', 'OMP_NUM_THREADS': '1', 'MPLBACKEND': 'agg'}
        try: done = subprocess.run(command, cwd=folder, timeout=seconds, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        except subprocess.TimeoutExpired: return f'stopped after {seconds} s', False
    printed = re.sub(r'\x1b\[[\d;]*m', '', done.stdout)
    return printed, not done.returncode and f"package: {environment['PYTHONPATH']}" in printed

def core_seconds():
    "Seconds of CPU time of the processes that have ended; unlike the clock they do not depend on what else the machine does."
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

def main(names, times=False):
    if absent := [name for name in names if not (root/'nbs'/name).is_file()]: sys.exit(f'no such notebooks in nbs: {absent}')
    wanted = [root/'nbs'/name for name in names] or notebook_files()
    passed, seconds = 0, {}
    with tempfile.TemporaryDirectory() as folder:
        environment = install_wheel(build_wheel(folder), Path(folder).resolve()/'site')
        for notebook in wanted:
            start, name = core_seconds(), notebook.relative_to(root/'nbs').as_posix()
            printed, good = run_alone(notebook, environment)
            passed += good
            if good: seconds[name] = core_seconds() - start
            if not good: print(printed[-6000:])
            print(f"{'ok' if good else 'FAILED'}: {name} ({core_seconds()-start:.0f} s of a core)", flush=True)
    if times: write_times(seconds)
    print(f'{passed} passed, {len(wanted)-passed} failed')
    sys.exit(passed<len(wanted))

if __name__=='__main__':
    if sys.argv[1:2]==['--here']: run_here(sys.argv[2])
    else: main([a for a in sys.argv[1:] if a!='--times'], '--times' in sys.argv)
