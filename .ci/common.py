"What several checks need: the repository, its notebooks and pages, and the built wheel."
import json, os, subprocess, sys
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

def build_wheel(folder):
    "Build the wheel of this checkout into `folder`."
    subprocess.run([*pip, 'wheel', '-q', '--no-deps', '--no-build-isolation', '-w', str(folder), str(root)], check=True)
    wheel, = Path(folder).glob('*.whl')
    return wheel

def install_wheel(wheel, folder):
    "Install a wheel into `folder`, without its dependencies; the environment in which Python finds it there."
    subprocess.run([*pip, 'install', '-q', '--no-deps', '--target', str(folder), str(wheel)], check=True)
    return {**os.environ, 'PYTHONPATH': str(folder), 'PATH': f"{folder/'bin'}{os.pathsep}{os.environ['PATH']}"}
