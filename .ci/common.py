"What several checks need: the repository, its notebooks and pages, its modules, and the built wheel."
import json, os, re, shutil, subprocess, sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
slow = re.compile(r'^#\|\s*slow\s*$', re.M | re.I)                # of cells that run only now and then
pip = [sys.executable, '-m', 'pip', '--disable-pip-version-check']

def notebook_files(folder=root/'nbs'):
    "The notebooks of a folder and of the folders in it, as nbdev finds them: none whose name or folder starts with `_` or a dot."
    return sorted(file for file in folder.rglob('*.ipynb') if not any(part[0] in '_.' for part in file.relative_to(folder).parts))

def notebooks(folder=root/'nbs'):
    "The notebooks of a folder by their path in it, such as `engineering/17_wide.ipynb`."
    return {file.relative_to(folder).as_posix(): json.loads(file.read_text(encoding='utf-8')) for file in notebook_files(folder)}

def modules(package=root/'powerlaw_nb'):
    "The files of the modules by their dotted name without the package, such as `experiments.runs`."
    files = sorted(file for file in package.rglob('*.py') if file.name=='__main__.py' or not file.name.startswith('_'))
    return {'.'.join(file.relative_to(package).with_suffix('').parts): file for file in files}

def html(notebook):
    "The path of the page that nbdev makes of a notebook, in the site: without the number and in small letters."
    folder, _, name = notebook.rpartition('/')
    return f"{folder}{'/' if folder else ''}{re.sub(r'^[0-9]+[a-zA-Z0-9]*_', '', name.lower()).removesuffix('.ipynb')}.html"

def up(notebook):
    "The way from the folder of a notebook to `nbs`, as links go: nothing, or `../`."
    return '../'*notebook.count('/')

def report(problems, done):
    "Print the problems and end with status 1, or say what was looked at."
    for problem in problems: print(problem)
    if problems: sys.exit(f'{len(problems)} problems')
    print(done)

def tracked():
    "The files of the repository as they lie here, also new ones, but nothing that git ignores."
    command = ['git', 'ls-files', '--cached', '--others', '--exclude-standard']
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted({f for f in listed if (root/f).exists()})

def nbdev_test(path, outputs, *options, folder=root, **how):
    "Test notebooks as `.ci/run` does: with .ci/capture on the path, and what the cells give in the folder `outputs`."
    paths = [str(root/'.ci/capture'), str(root), *filter(None, [os.environ.get('PYTHONPATH')])]
    environment = {'MPLBACKEND': 'agg', 'OMP_NUM_THREADS': '1', **os.environ, 'CAPTURED_OUTPUTS': str(outputs),
                   'PYTHONPATH': os.pathsep.join(paths)}
    tool = os.path.join(os.path.dirname(sys.executable), 'nbdev_test')
    return subprocess.run([tool, '--path', path, *options], cwd=folder, env=environment, **how)

def build_wheel(folder, python=sys.executable):                  # a Python that has setuptools
    "Build source archive and wheel as a release does, the wheel from the archive, from a copy without leftovers of earlier builds."
    folder = Path(folder)
    for file in tracked():
        (folder/'copy'/file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root/file, folder/'copy'/file)
    subprocess.run([str(python), 'setup.py', '-q', 'sdist', '-d', str(folder)], cwd=folder/'copy', check=True, capture_output=True)
    archive, = folder.glob('*.tar.gz')
    subprocess.run([*pip, '--python', str(python), 'wheel', '-q', '--no-deps', '--no-build-isolation', '-w', str(folder), str(archive)], check=True)
    wheel, = folder.glob('*.whl')
    return wheel

def install_wheel(wheel, folder):
    "Install a wheel into `folder`, without its dependencies; the environment in which Python finds it there."
    subprocess.run([*pip, 'install', '-q', '--no-deps', '--target', str(folder), str(wheel)], check=True)
    return {**os.environ, 'PYTHONPATH': str(folder), 'PATH': f"{folder/'bin'}{os.pathsep}{os.environ['PATH']}"}
