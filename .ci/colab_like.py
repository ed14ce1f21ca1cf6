"""Run notebooks as readers do: from the built wheel, each in an empty folder, with nothing of ours but what the first cell installs.
That cell may add packages, and change none that was there; the tools that make the book are not there.

python .ci/colab_like.py [--like KIND] [--lend] [--env FOLDER] [--jobs N] [NAME ...]    # paths in nbs, for example 01_reg.ipynb; none: all
    --like colab     Python and packages of Colab (.ci/colab.txt), and a stand-in for `google.colab`; without --like this one
    --like floors    the oldest Python and the oldest packages that settings.ini allows (.ci/floors.txt)
    --like newest    the newest of everything
    --like tests     the Python that runs this script with all that it has: tools, peers, extras
    --lend           big packages (torch, numpy and what they need) are not installed but lent, by links, from the Python that runs this
                     script: seconds instead of minutes and gigabytes; `.ci/run` does so
    --env FOLDER     keeps the environment for the next time; without it a temporary one is made
Without --lend an environment takes several GB, and all notebooks about half an hour of one core. Cells marked `slow` are left out.
Ends with "N passed, N failed"."""
import argparse, json, os, re, subprocess, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor
from configparser import ConfigParser
from importlib.metadata import distribution, distributions
from pathlib import Path

from common import build_wheel, notebook_files, pip, root, slow

config = ConfigParser(delimiters=['='])
config.read(root/'settings.ini', encoding='utf-8')
settings = config['DEFAULT']
this = '.'.join(map(str, sys.version_info[:2]))
kinds = dict(colab=('3.13', 'colab.txt'), floors=(settings['min_python'], 'floors.txt'), newest=('3.13', None), tests=(this, None))
big = ['torch', 'torchvision', 'numpy', 'scipy', 'matplotlib', 'safetensors', 'setuptools']
kernel = ['ipykernel', 'nbclient', 'ipywidgets', 'fastcore', 'wheel']
colab_too = ['requests', 'tornado', 'pandas', 'scikit-learn', 'fastai']             # not ours, but there and not to be changed
widgets = {'ipywidgets', 'widgetsnbextension', 'ipython-genutils', 'jupyterlab-widgets'}
runner = '''
import sys, nbformat, nbclient
notebook = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(notebook, timeout=1800, kernel_name='python3').execute()
'''

name_of = lambda requirement: re.match(r'[\w.-]+', requirement)[0].lower().replace('_', '-').replace('.', '-')

def pins(file):
    "The packages of a constraints file, with their versions."
    lines = (root/'.ci'/file).read_text(encoding='utf-8').splitlines() if file else []
    return {name_of(line): line.partition('==')[2] for line in lines if line and line[0]!='#'}

def floor_problems():
    "Where .ci/floors.txt is not what settings.ini asks for."
    number = lambda version: re.sub(r'(\.0)+$', '', version)
    asked = {name_of(r): number(r.partition('>=')[2]) for r in settings['requirements'].split()}
    there = {name: number(version) for name, version in pins('floors.txt').items()}
    return [f'{name}: settings.ini has {asked.get(name)}, .ci/floors.txt {there.get(name)}' for name in sorted({*asked, *there})
            if asked.get(name)!=there.get(name)]

def python_of(version):
    "A Python of this version: the one that runs this script, or one on the path."
    for found in (sys.executable, f'python{version}'):
        try: said = subprocess.run([found, '-c', 'import sys; print(*sys.version_info[:2], sep=".")'], capture_output=True, text=True).stdout
        except FileNotFoundError: continue
        if said.strip()==version: return found
    sys.exit(f'there is no Python {version}: put python{version} on the path, or run this script with it')

def needs(names):
    "These packages of the Python that runs this script, with all that they need there."
    from packaging.requirements import Requirement
    seen, left = set(), [(name, '') for name in names]                              # of each package the extras that are asked for
    while left:
        name, extra = left.pop()
        if (name, extra) in seen: continue
        seen.add((name, extra))
        asked = [r for r in map(Requirement, distribution(name).requires or []) if not r.marker or r.marker.evaluate({'extra': extra})]
        left += [(name_of(r.name), extra) for r in asked for extra in ('', *r.extras)]
    return {name: distribution(name) for name, _ in seen}

def lend(packages, folder):
    "Links in `folder` to packages of the Python that runs this script."
    folder.mkdir()
    for package in packages:
        for top in {file.parts[0] for file in package.files or [] if file.parts[0] not in ('..', '__pycache__')}:
            if not (folder/top).exists(): (folder/top).symlink_to(Path(package.locate_file(top)).resolve())

def make(folder, kind, lent):
    "An environment of this kind; its Python."
    python, (version, file) = folder/'bin/python', kinds[kind]
    if (folder/'complete').exists(): return python
    subprocess.run([sys.executable if lent else python_of(version), '-m', 'venv', '--without-pip', str(folder)], check=True)
    site, = (folder/'lib').glob('python*/site-packages')
    given = {} if not lent else {name_of(d.name): d for d in distributions()} if kind=='tests' else needs(big)
    lend([package for name, package in given.items() if name!=name_of(settings['lib_name'])], folder/'lent')
    (site/'lent.pth').write_text(f"{folder/'lent'}\n")
    pinned = {name: version for name, version in pins(file).items() if name not in given}
    (folder/'pins.txt').write_text(''.join(f'{name}=={version}\n' for name, version in pinned.items()))
    wanted = {*big, *kernel, *map(name_of, settings['requirements'].split()), *(colab_too if kind=='colab' else [])} - {*given}
    alone = {'fastcore', 'fastai'} if kind=='colab' else set()                    # Colab has versions that do not ask for each other
    if lent:
        wanted -= {'pandas', 'scikit-learn', 'fastai'}
        if 'ipywidgets' in wanted: wanted |= widgets; alone |= widgets            # which would bring Jupyter's server
    for options, names in (([], wanted - alone), (['--no-deps'], wanted & alone)):
        if names: pip_in(python, 'install', '-q', '--no-compile', *options, *sorted(names), pins=folder/'pins.txt', check=True)
    if kind=='colab':
        (site/'google/colab').mkdir(parents=True)
        (site/'google/colab/__init__.py').write_text('"A stand-in: says only that this is Colab."\n')
    (folder/'complete').touch()
    return python

def pip_in(python, *words, pins=os.devnull, **options):
    "Run pip for an environment, with these constraints in the place of any that this machine has."
    return subprocess.run([*pip, '--python', str(python), *words], env={**os.environ, 'PIP_CONSTRAINT': str(pins)}, text=True, **options)

def frozen(python):
    "The packages of an environment with their versions."
    listed = 'import importlib.metadata as m, json; print(json.dumps([[d.name, d.version] for d in m.distributions()]))'
    said = subprocess.run([str(python), '-c', listed], cwd=python.parent, env=own_environment(python), capture_output=True, text=True, check=True)
    return {name_of(name): version for name, version in reversed(json.loads(said.stdout))}       # the first on the path counts

def own_environment(python):
    "The variables of this process, without those that lead Python to other packages or tell of a test."
    kept = {name: value for name, value in os.environ.items() if name not in ('PYTHONPATH', 'MPLBACKEND', 'IN_TEST')}
    return {'OMP_NUM_THREADS': '1', **kept, 'PATH': f"{python.parent}{os.pathsep}{os.environ['PATH']}"}

def first_cell(notebook):
    "What the first cell of a notebook gives to pip."
    return re.search(r"run_line_magic\('pip', '(.+)'\)", ''.join(notebook['cells'][0]['source']))[1]

def install(python, wheel, kind, lent):
    "Do what the first cell does, with this wheel instead of the repository; what is wrong then."
    command, = {first_cell(json.loads(file.read_text(encoding='utf-8'))) for file in notebook_files()}
    wanted = re.search(r'"powerlaw_nb(\[[^\]]*\])? @ git\+[^"]+"', command)
    words = command.replace(wanted[0], f'{wheel}{wanted[1] or ""}').split() + ['--no-deps']*lent
    if 'powerlaw-nb' in frozen(python): pip_in(python, 'uninstall', '-q', '-y', 'powerlaw_nb', check=True)
    before = frozen(python)
    pip_in(python, *words, check=True)
    after = frozen(python)
    print('added:', ', '.join(f'{name} {after[name]}' for name in sorted({*after}-{*before})))
    problems = [f'{name}: {before[name]} became {after.get(name, "nothing")}' for name in before if after.get(name)!=before[name]]
    if lent:                                                                       # what pip would have had to change
        asked = pip_in(python, 'check', capture_output=True).stdout.splitlines()
        problems += [line for line in asked if line.startswith(('powerlaw-nb ', 'powerlaw_nb '))]
    tools = {name_of(r) for key, value in settings.items() if key.endswith('_requirements') for r in value.split()} if kind!='tests' else set()
    tools -= {*map(name_of, settings['requirements'].split()), *colab_too}
    return problems + [f'{name} is there, which readers do not have' for name in sorted(tools & {*after})]

def run(python, file):
    "Run a notebook in an empty folder; what it printed at its end, whether it came to it, and how long it took."
    start, notebook = time.time(), json.loads(file.read_text(encoding='utf-8'))
    notebook['cells'] = [c for c in notebook['cells'][1:] if c['cell_type']=='code' and not slow.search(''.join(c['source']))]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder)/file.name).write_text(json.dumps(notebook), encoding='utf-8')
        done = subprocess.run([str(python), '-c', runner, file.name], cwd=folder, env=own_environment(python), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return re.sub(r'\x1b\[[\d;]*m', '', done.stdout)[-3000:], done.returncode==0, time.time()-start

def main(names, kind='colab', lent=False, env=None, jobs=1):
    if absent := [name for name in names if not (root/'nbs'/name).is_file()]: sys.exit(f'no such notebooks in nbs: {absent}')
    wanted, passed = [root/'nbs'/name for name in names] or notebook_files(), 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as pool:
        python = make(Path(env or f'{folder}/env').resolve(), kind, lent or kind=='tests')
        problems = floor_problems() + install(python, build_wheel(folder, python), kind, lent or kind=='tests')
        for problem in problems: print('WRONG', problem)
        for file, (printed, good, seconds) in zip(wanted, pool.map(lambda file: run(python, file), wanted)):
            passed += good
            if not good: print(printed)
            print(f"{'ok' if good else 'FAILED'}: {file.relative_to(root/'nbs')} ({seconds:.0f} s)", flush=True)
    print(f'{passed} passed, {len(wanted)-passed + len(problems)} failed')
    sys.exit(passed<len(wanted) or bool(problems))

if __name__=='__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('names', nargs='*', metavar='NAME')
    parser.add_argument('--like', choices=kinds, default='colab')
    parser.add_argument('--lend', action='store_true')
    parser.add_argument('--env', metavar='FOLDER')
    parser.add_argument('--jobs', type=int, default=1, metavar='N')
    asked = parser.parse_args()
    main(asked.names, asked.like, asked.lend, asked.env, asked.jobs)
