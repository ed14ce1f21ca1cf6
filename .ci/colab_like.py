"""Run notebooks as a reader in Colab does: with the packages of Colab (.ci/colab.txt) and nothing of ours but what the first cell installs,
each in an empty folder, with a stand-in for `google.colab`. The first cell may add packages, and change none that was there.

python3.13 .ci/colab_like.py [--env FOLDER] [NAME ...]       # names are paths in nbs; none: all
FOLDER keeps the environment for the next time; without it a temporary one is made (several GB). Cells that are marked `slow` are left out.
Ends with "N passed, N failed"."""
import json, re, subprocess, sys, tempfile, time
from pathlib import Path

from common import build_wheel, notebook_files, root, slow

pinned = root/'.ci/colab.txt'
there = ('torch torchvision numpy scipy matplotlib pillow tabulate jinja2 tqdm safetensors filelock pandas scikit-learn '
         'ipython ipykernel ipywidgets requests tornado')
runner = '''
import sys, nbformat, nbclient
notebook = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(notebook, timeout=1800, kernel_name='python3').execute()
'''

def make(folder):
    "An environment with Colab's packages; its Python."
    python = folder/'bin/python'
    if (folder/'complete').exists(): return python
    subprocess.run([sys.executable, '-m', 'venv', str(folder)], check=True)
    install = [str(python), '-m', 'pip', 'install', '-q', '-c', str(pinned)]
    subprocess.run([*install, *there.split(), 'nbclient'], check=True)
    subprocess.run([*install, '--no-deps', 'fastcore', 'fastai'], check=True)
    site = subprocess.run([str(python), '-c', 'import site; print(site.getsitepackages()[0])'], capture_output=True, text=True, check=True).stdout.strip()
    (Path(site)/'google/colab').mkdir(parents=True)
    (Path(site)/'google/colab/__init__.py').write_text('"A stand-in: says only that this is Colab."\n')
    (folder/'complete').touch()
    return python

def frozen(python):
    "The packages of an environment with their versions."
    lines = subprocess.run([str(python), '-m', 'pip', 'freeze'], capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(re.split(r'==| @ ', line, maxsplit=1) for line in lines if re.search('==| @ ', line))

def first_cell(notebook):
    "What the first cell of a notebook gives to pip."
    return re.search(r"run_line_magic\('pip', '(.+)'\)", ''.join(notebook['cells'][0]['source']))[1]

def install(python, wheel):
    "Do what the first cell does, with this wheel instead of the repository; what it changed that was there before."
    command, = {first_cell(json.loads(file.read_text(encoding='utf-8'))) for file in notebook_files()}
    wanted = re.search(r'"powerlaw_nb(\[[^\]]*\])? @ git\+[^"]+"', command)
    words = command.replace(wanted[0], f'{wheel}{wanted[1] or ""}').split()
    subprocess.run([str(python), '-m', 'pip', 'uninstall', '-q', '-y', 'powerlaw_nb'], check=True)
    before = frozen(python)
    subprocess.run([str(python), '-m', 'pip', *words], check=True)
    after = frozen(python)
    print('added:', ', '.join(f'{name} {after[name]}'[:60] for name in sorted(set(after)-set(before))))
    return [f'{name}: {before[name]} became {after.get(name, "nothing")}' for name in before if after.get(name)!=before[name]]

def run(python, file):
    "Run a notebook in an empty folder; what it printed at its end, and whether it came to it."
    notebook = json.loads(file.read_text(encoding='utf-8'))
    notebook['cells'] = [c for c in notebook['cells'][1:] if c['cell_type']=='code' and not slow.search(''.join(c['source']))]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder)/file.name).write_text(json.dumps(notebook), encoding='utf-8')
        done = subprocess.run([str(python), '-c', runner, file.name], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return re.sub(r'\x1b\[[\d;]*m', '', done.stdout)[-3000:], done.returncode==0

def main(names, env):
    wanted, passed = [root/'nbs'/name for name in names] or notebook_files(), 0
    with tempfile.TemporaryDirectory() as folder:
        python = make(Path(env or f'{folder}/env').resolve())
        changed = install(python, build_wheel(folder))
        for line in changed: print('CHANGED', line)
        for file in wanted:
            start, (printed, good) = time.time(), run(python, file)
            passed += good
            print('' if good else printed, f"{'ok' if good else 'FAILED'}: {file.relative_to(root/'nbs')} ({time.time()-start:.0f} s)", flush=True)
    print(f'{passed} passed, {len(wanted)-passed + len(changed)} failed')
    sys.exit(passed<len(wanted) or bool(changed))

if __name__=='__main__':
    arguments = sys.argv[1:]
    env = arguments.pop(arguments.index('--env')+1) if '--env' in arguments else None
    main([a for a in arguments if a!='--env'], env)
