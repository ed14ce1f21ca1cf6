"Make the pages of the site with a stand-in for Quarto, and check that each notebook became a page of its own."
import os, re, shutil, subprocess, sys, tempfile
from pathlib import Path

import yaml

from common import notebooks, report, root

def make_pages():
    "Run nbdev_proc_nbs from an empty `_proc`; what it printed, and its exit status."
    shutil.rmtree(root/'_proc', ignore_errors=True)               # else it keeps pages that look new
    with tempfile.TemporaryDirectory() as folder:
        quarto = Path(folder)/'quarto'                            # Quarto itself is in no package registry
        quarto.write_text('#!/bin/sh\nexit 0\n'); quarto.chmod(0o755)
        environment = {**os.environ, 'PATH': os.pathsep.join([folder, os.path.dirname(sys.executable), os.environ['PATH']]), 'PYTHONPATH': str(root)}
        done = subprocess.run(['nbdev_proc_nbs'], cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout, done.returncode

def header(notebook):
    "The front matter that nbdev writes into the first cell of a page."
    first = ''.join(notebook['cells'][0]['source'])
    found = re.match(r'---\n(.*?)\n---', first, re.S)
    return yaml.safe_load(found.group(1)) if found else {}

def main():
    printed, status = make_pages()
    problems = [f'nbdev_proc_nbs ended with status {status}:\n{printed[-3000:]}'] if status else []
    problems += [f'nbdev_proc_nbs: {found}' for found in re.findall(r'\w*Warning: [^\n]*(?:\n---\n.*?\n---\n)?', printed, re.S)]
    sources, pages = notebooks(), notebooks(root/'_proc')
    problems += [f'{name} became no page' for name in sources.keys()-pages.keys()]
    for name, notebook in sources.items():
        title = next((text for cell in notebook['cells'] if cell['cell_type']=='markdown' and (text := ''.join(cell['source'])).startswith('# ')), '')
        if not re.fullmatch(r'# [^\n]+\n\n> [^\n]+\n*', title): problems.append(f'{name}: nbdev drops all but title and description from the cell of the title: put the rest into a cell of its own')
    files = {}
    for name, page in pages.items():
        pictures = {m for cell in page['cells'] if cell['cell_type']=='markdown' for m in re.findall(r'!\[[^\]]*\]\(((?!https?:|data:)[^)\s]+)', ''.join(cell['source']))}
        problems += [f'{name}: the picture {file} is not beside the page' for file in sorted(pictures) if not (root/'_proc'/file).is_file()]
        about = header(page)
        problems += [f'the page of {name} has no {key}: write it as "# Title" and "> One line" in the first markdown cell' for key in ('title', 'description') if not about.get(key)]
        file = about.get('output-file', name.replace('.ipynb', '.html'))
        if file in files: problems.append(f'{name} and {files[file]} both become {file}: rename one')
        files[file] = name
        problems += [f'{name}, cell {cell.get("id")}: no `#| echo: false` output of show_doc' for cell in page['cells'] if 'show_doc(' in ''.join(cell['source'])
                     and '#| output: asis' in ''.join(cell['source']) and not cell.get('outputs')]
    listed = set(re.findall(r'^ *- (\S+\.ipynb)$', (root/'_proc/sidebar.yml').read_text(), re.M)) if (root/'_proc/sidebar.yml').exists() else set()
    problems += [f'{name} is not in the sidebar' for name in sources.keys()-listed]
    report(problems, f'{len(pages)} pages')

if __name__=='__main__': main()
