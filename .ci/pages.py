"Make the pages of the site with a stand-in for Quarto; check that each notebook became a page of its own, and the order of the sidebar."
import os, posixpath, re, shutil, subprocess, sys, tempfile
from pathlib import Path

import yaml

from common import html, notebooks, report, root

def make_pages():
    "Run nbdev_proc_nbs from an empty `_proc`; what it printed, and its exit status."
    shutil.rmtree(root/'_proc', ignore_errors=True)               # else it keeps pages that look new
    with tempfile.TemporaryDirectory() as folder:
        quarto = Path(folder)/'quarto'                            # Quarto itself is in no package registry
        quarto.write_text('#!/bin/sh\nexit 0\n'); quarto.chmod(0o755)
        path = os.pathsep.join([folder, os.path.dirname(sys.executable), os.environ['PATH']])
        done = subprocess.run(['nbdev_proc_nbs'], cwd=root, env={**os.environ, 'PATH': path, 'PYTHONPATH': str(root)},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout, done.returncode

def header(notebook):
    "The front matter that nbdev writes into the first cell of a page."
    first = ''.join(notebook['cells'][0]['source'])
    found = re.match(r'---\n(.*?)\n---', first, re.S)
    return yaml.safe_load(found.group(1)) if found else {}

def output_file(name, page):
    "The path of a page in the site: its folder, and the name that nbdev gives to the file in it."
    return posixpath.join(posixpath.dirname(name), header(page).get('output-file', posixpath.basename(name).replace('.ipynb', '.html')))

def listed(contents):
    "The notebooks of a sidebar from top to bottom, whatever sections they stand in."
    for entry in contents:
        if isinstance(entry, str): yield entry
        elif isinstance(entry, dict):
            if 'href' in entry: yield entry['href']
            yield from listed(entry.get('contents', []))

def order_problems(found, names):
    "Where the sidebar lacks a notebook, has it twice, or does not follow the files: index, the book, then each folder in one piece."
    yield from (f'{name} is not in the sidebar' for name in names if name not in found)
    yield from (f'the sidebar has {name}, which is no notebook' for name in found if name not in names)
    yield from (f'{name} stands {found.count(name)} times in the sidebar' for name in dict.fromkeys(found) if found.count(name)>1)
    folders = list(dict.fromkeys(posixpath.dirname(name) for name in found))
    wanted = sorted(found, key=lambda name: (folders.index(posixpath.dirname(name)), name!='index.ipynb', name))
    if folders and folders[0]!='': yield f'the sidebar starts with the folder {folders[0]}: the book comes first'
    for here, there in zip(found, wanted):
        if here!=there: yield f'the sidebar has {here} where {there} comes in the order of the files'; return

def try_order():
    "What the check of the order does not find among planted faults."
    names = ['index.ipynb', '00_a.ipynb', '00a_b.ipynb', 'engineering/00_c.ipynb']
    faults = {'not in the sidebar': names[:3], 'no notebook': [*names, '09_x.ipynb'], '2 times': [*names, names[-1]], 'the book comes first': names[::-1],
              'has 00a_b.ipynb where 00_a.ipynb': [names[0], names[2], names[1], names[3]], 'where 00a_b': [names[0], names[1], names[3], names[2]]}
    if right := list(order_problems(names, names)): yield f'the right order is called wrong: {right}'
    yield from (f'the check of the order does not find: {fault}' for fault, found in faults.items() if fault not in str(list(order_problems(found, names))))

def page_problems(name, page):
    "What is wrong with one page: pictures, front matter, and outputs that nbdev should have written."
    sources = {cell.get('id'): ''.join(cell['source']) for cell in page['cells'] if cell['cell_type']=='markdown'}
    pictures = {m for text in sources.values() for m in re.findall(r'!\[[^\]]*\]\(((?!https?:|data:)[^)\s]+)', text)}
    folder = (root/'_proc'/name).parent
    yield from (f'{name}: the picture {file} is not beside the page' for file in sorted(pictures) if not (folder/file).is_file())
    about = header(page)
    missing = [key for key in ('title', 'description') if not about.get(key)]
    yield from (f'the page of {name} has no {key}: write it as "# Title" and "> One line" in the first markdown cell' for key in missing)
    if output_file(name, page)!=html(name): yield f'{name} becomes {output_file(name, page)}, and .ci expects {html(name)}'
    for cell in page['cells']:
        source = ''.join(cell['source'])
        if 'show_doc(' in source and '#| output: asis' in source and not cell.get('outputs'):
            yield f'{name}, cell {cell.get("id")}: no `#| echo: false` output of show_doc'
        options = '\n'.join(re.findall(r'^#\| *(\w[\w-]*: .*)$', source, re.M)) if cell['cell_type']=='code' else ''
        try: yaml.safe_load(options)
        except yaml.YAMLError as error:
            yield f'{name}, cell {cell.get("id")}: options that Quarto cannot read ({str(error).splitlines()[0]}): write a quote twice'
        kinds = {kind for output in cell.get('outputs') or [] for kind in output.get('data', {})}
        if found := kinds & {'text/html', 'application/javascript', 'application/vnd.jupyter.widget-view+json'}:
            yield f'{name}, cell {cell.get("id")}: for the output {min(found)} Quarto loads scripts of another host'

def main():
    printed, status = make_pages()
    problems = [f'nbdev_proc_nbs ended with status {status}:\n{printed[-3000:]}'] if status else []
    problems += [f'nbdev_proc_nbs: {found}' for found in re.findall(r'\w*Warning: [^\n]*(?:\n---\n.*?\n---\n)?', printed, re.S)]
    sources, pages = notebooks(), notebooks(root/'_proc')
    problems += [f'{name} became no page' for name in sources.keys()-pages.keys()]
    for name, notebook in sources.items():
        texts = [''.join(cell['source']) for cell in notebook['cells'] if cell['cell_type']=='markdown']
        title = next((text for text in texts if text.startswith('# ')), '')
        if not re.fullmatch(r'# [^\n]+\n\n> [^\n]+\n*', title):
            problems.append(f'{name}: nbdev drops all but title and description from the cell of the title: put the rest into a cell of its own')
    files = {}
    for name, page in pages.items():
        problems += page_problems(name, page)
        file = output_file(name, page)
        if file in files: problems.append(f'{name} and {files[file]} both become {file}: rename one')
        files[file] = name
    sidebar = root/'_proc/sidebar.yml'
    contents = yaml.safe_load(sidebar.read_text(encoding='utf-8'))['website']['sidebar']['contents'] if sidebar.exists() else []
    problems += [*order_problems(list(listed(contents)), list(sources)), *try_order()]
    report(problems, f'{len(pages)} pages, in the order of their files')

if __name__=='__main__': main()
