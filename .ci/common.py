"What several checks need: the repository, its notebooks and pages, and the built wheel."
import json, os, shutil, subprocess, sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
pip = [sys.executable, '-m', 'pip', '--disable-pip-version-check']

def notebooks(folder=root/'nbs'):
    "Names and contents of the notebooks of a folder."
    return {file.name: json.loads(file.read_text(encoding='utf-8')) for file in sorted(folder.glob('*.ipynb'))}

def report(problems, done):
    "Print the problems and end with status 1, or say what was looked at."
    for problem in problems: print(problem)
    if problems: sys.exit(f'{len(problems)} problems')
    print(done)

def tracked():
    "The files of the repository as they lie here, also new ones, but nothing that git ignores."
    listed = subprocess.run(['git', 'ls-files', '--cached', '--others', '--exclude-standard'], cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted({f for f in listed if (root/f).exists()})

def build_wheel(folder):
    "Build source archive and wheel as a release does, the wheel from the archive, from a copy without leftovers of earlier builds."
    folder = Path(folder)
    for file in tracked():
        (folder/'copy'/file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root/file, folder/'copy'/file)
    subprocess.run([sys.executable, 'setup.py', '-q', 'sdist', '-d', str(folder)], cwd=folder/'copy', check=True, capture_output=True)
    archive, = folder.glob('*.tar.gz')
    subprocess.run([*pip, 'wheel', '-q', '--no-deps', '--no-build-isolation', '-w', str(folder), str(archive)], check=True)
    wheel, = folder.glob('*.whl')
    return wheel

def install_wheel(wheel, folder):
    "Install a wheel into `folder`, without its dependencies; the environment in which Python finds it there."
    subprocess.run([*pip, 'install', '-q', '--no-deps', '--target', str(folder), str(wheel)], check=True)
    return {**os.environ, 'PYTHONPATH': str(folder), 'PATH': f"{folder/'bin'}{os.pathsep}{os.environ['PATH']}"}
