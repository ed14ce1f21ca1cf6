"Every internal link, cross-reference and citation of the notebooks, of the pages made from them and of the Markdown files has its target."
import posixpath, re
from configparser import ConfigParser
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from common import notebooks, report, root, tracked
from pages import output_file

settings = ConfigParser(delimiters=['='])
settings.read(root/'settings.ini', encoding='utf-8')
settings = settings['DEFAULT']
site = settings['doc_host'] + settings['doc_baseurl'].rstrip('/') + '/'
repository = settings['git_url']
colab = 'https://colab.research.google.com/github/' + repository.removeprefix('https://github.com/')

kinds = 'fig|tbl|eq|sec|lst|thm|lem|cor|prp|cnj|def|exm|exr|alg|nte|tip|wrn|imp|cau'
link = re.compile(r'\]\(\s*<?([^)<>\s]+)>?(?:\s+"[^"]*")?\s*\)|\b(?:href|src)="([^"]+)"|^\[[^\]^]+\]:\s*(\S+)', re.M)
either = '|'.join(f'{kind}|{kind.capitalize()}' for kind in kinds.split('|'))      # with a capital at the start of a sentence
reference = re.compile(rf'(?<![\w`\\@.])@((?:{either})-[\w-]*\w)')
citation = re.compile(rf'(?<![\w`\\@./])-?@(?!(?:{either})-)([A-Za-z][\w:.-]*\w)')

def prose(text):
    "Markdown without code and formulas, in which nothing is a link; the labels of formulas stay."
    text = re.sub(r'^( *)(```+|~~~+).*?^\1\2 *$', '', text, flags=re.M|re.S)
    text = re.sub(r'(`+)(?!`).+?(?<!`)\1(?!`)', '`code`', text, flags=re.S)
    return re.sub(r'(?<!\\)(\$\$?)(?!\s*\$).+?(?<!\\)\1', '', text, flags=re.S)

def anchor(heading):
    "The identifier that Pandoc gives to a heading."
    text = re.sub(r'!?\[([^\]]*)\]\([^)]*\)', r'\1', re.sub(r'[`*$\\]', '', heading)).lower()
    text = re.sub(r'\s+', '-', re.sub(r'[^\w\s.-]', '', text).strip())
    return re.sub(r'^[^a-z]+', '', text) or 'section'

def anchors(text):
    "All identifiers in a piece of Markdown."
    text = re.sub(r'^( *)(```+|~~~+).*?^\1\2 *$', '', text, flags=re.M|re.S)
    headings = re.findall(r'^#{1,6} +(.+?)(?: *#+)? *(?:\{[^}]*\})?$', text, re.M)
    return [*map(anchor, headings), *re.findall(r'\{[^}]*#([\w:.-]+)[^}]*\}', text), *re.findall(r'\bid="([^"]+)"', text)]

def pieces(notebook):
    "The texts of a notebook that are shown as Markdown or HTML."
    for cell in notebook['cells']:
        if cell['cell_type']=='markdown': yield ''.join(cell['source'])
        for output in cell.get('outputs', []):
            for kind in ('text/markdown', 'text/html'):
                if kind in output.get('data', {}): yield ''.join(output['data'][kind]); break

def labels(notebook):
    "The labels of code cells, each with whether it has a caption."
    for cell in notebook['cells']:
        source = ''.join(cell['source']) if cell['cell_type']=='code' else ''
        has_caption = bool(re.search(r'^#\| *(fig|tbl|lst)-cap:', source, re.M))
        for name in re.findall(r'^#\| *label: *(\S+)', source, re.M): yield name, has_caption

class Book:
    "What links can point to: files of the repository, and pages of the site with their anchors."
    def __init__(self):
        self.files = set(tracked())
        self.folders = {str(p) for f in self.files for p in Path(f).parents}
        self.sources, self.pages = notebooks(), notebooks(root/'_proc')
        self.names = {output_file(name, page): name for name, page in self.pages.items()}
        self.anchors = {name: {a for piece in pieces(page) for a in anchors(piece)} | {label for label, _ in labels(page)}
                        for name, page in self.pages.items()}
        texts = [file.read_text(encoding='utf-8') for file in (root/'nbs').glob('*.bib')]
        entries = [entry for text in texts for entry in re.split(r'^(?=@)', text, flags=re.M)]
        self.open = [entry.split('\n')[0] for entry in entries if entry.count('{')!=entry.count('}')]   # Quarto reads none of the file
        self.keys = {key for text in texts for key in re.findall(r'^\s*@\w+\{\s*([^,\s]+)', text, re.M)}

    def page(self, name, fragment):
        "What is wrong with a link to a page, by the path of its notebook or of its HTML file in the site."
        notebook = self.names.get(name or 'index.html', name)
        if notebook not in self.pages: return f'there is no page {name}'
        if fragment and fragment not in self.anchors[notebook]: return f'the page {name} has no anchor #{fragment}'

    def file(self, path):
        "What is wrong with a link to a file of the repository."
        path = path.strip('/')
        if path and path not in self.files and path not in self.folders: return f'there is no file {path}'

    def wrong(self, target, folder, here):
        "What is wrong with a link found in a file of `folder`; None if it has its target."
        target = unescape(target)
        parts = urlsplit(target)
        fragment = unquote(parts.fragment)
        whole = target.split('#')[0].split('?')[0]
        if whole.rstrip('/')==site.rstrip('/') or whole.startswith(site):
            return self.page(whole.rstrip('/').removeprefix(site.rstrip('/')).strip('/'), fragment)
        for start in (f'{repository}/blob/', f'{repository}/tree/', f'{repository}/raw/', f'{colab}/blob/'):
            if whole.startswith(start): return self.file(unquote(whole.removeprefix(start)).partition('/')[2])
        if parts.scheme or parts.netloc: return
        if not parts.path: return None if fragment in here else f'there is no anchor #{fragment} on this page'
        path = posixpath.normpath(posixpath.join(folder, unquote(parts.path)))
        if f'{folder}/'.startswith('nbs/') and path.startswith('nbs/') and path.endswith(('.ipynb', '.html', '.qmd')):
            return self.page(path.removeprefix('nbs/'), fragment)
        try: return self.file(str((root/path).resolve().relative_to(root)))
        except ValueError: return f'{parts.path} lies outside the repository'

def check_text(book, name, text, folder, here):
    "The links of a piece of Markdown that have no target."
    for groups in link.findall(prose(text)):
        target = ''.join(groups)
        if target.startswith(('data:', 'mailto:', 'attachment:')): continue
        if found := book.wrong(target, folder, here): yield f'{name}: link to {target}: {found}'
    cited = citation.findall(prose(re.sub(r'https?://\S+|<[^>]*>', '', text)))
    yield from (f'{name}: citation @{key} is in no .bib file' for key in cited if key not in book.keys)

def check_references(name, notebook):
    "Cross-references of a page without a definition on the same page, as Quarto's websites want it, and labels given twice or without caption."
    texts, named = list(pieces(notebook)), list(labels(notebook))
    defined = [a for text in texts for a in re.findall(rf'\{{[^}}]*#((?:{kinds})-[\w-]+)', text)] + [label for label, _ in named]
    wanted = [target[0].lower() + target[1:] for text in texts for target in reference.findall(prose(text))]
    yield from (f'{name}: @{target} is defined nowhere on the page' for target in wanted if target not in defined)
    yield from (f'{name}: {label} is defined {defined.count(label)} times' for label in sorted({d for d in defined if defined.count(d)>1}))
    bare = [label for label, caption in named if not caption and label.startswith(('fig-', 'tbl-', 'lst-'))]
    yield from (f'{name}: the cell with label {label} has no caption' for label in bare)

def main():
    book, problems = Book(), []
    if not book.pages: problems.append('there are no pages: run .ci/pages.py first')
    problems += [f'{entry} in a .bib file does not end: give each brace its mate' for entry in book.open]
    count = 0
    for where, found in (('', book.sources), ('page of ', book.pages)):
        for name, notebook in found.items():
            texts = list(pieces(notebook))
            here = {a for text in texts for a in anchors(text)} | book.anchors.get(name, set())
            folder = posixpath.join('nbs', posixpath.dirname(name)).rstrip('/')
            for text in texts: problems += check_text(book, where + name, text, folder, here); count += len(link.findall(prose(text)))
            problems += check_references(where + name, notebook)
    for file in [*root.glob('*.md'), *(root/'.github').glob('*.md')]:
        text = file.read_text(encoding='utf-8')
        problems += check_text(book, file.name, text, file.parent.relative_to(root).as_posix(), set(anchors(text)))
        count += len(link.findall(prose(text)))
    report(list(dict.fromkeys(problems)), f'{count} links have their targets')

if __name__=='__main__': main()
