"""Finish and check a rendered site, which nbdev_docs writes to _docs: links to the site itself become relative, so that a copy reads offline;
the style sheets of the other theme are loaded when a reader asks for it; libraries for widgets, which no page has, are left out; nothing
may be fetched from another host; and a page with all that it loads has at most 1.5 MB as transferred: text compressed by gzip, as a
host of static pages sends it, pictures and fonts as they are.

python .ci/site.py _docs       # rewrites the pages, then checks them
python .ci/site.py             # tries this file on a small site of its own"""
import gzip, re, sys, tempfile
from pathlib import Path

from common import html as page, notebooks, report, root
from links import site

limit = 1_500_000
fetched = re.compile(r'<(?:img|script|iframe|source|video|audio|embed)\b[^>]*?\bsrc\s*=\s*["\']((?:https?:)?//[^"\']+)'
                     r'|<link\b(?=[^>]*\brel=["\']?(?:stylesheet|preload|preconnect|icon))[^>]*?\bhref\s*=\s*["\']((?:https?:)?//[^"\']+)', re.I)
in_styles = re.compile(r'@import\s+(?:url\()?["\']?((?:https?:)?//[^"\')\s]+)|url\(\s*["\']?((?:https?:)?//[^"\')\s]+)', re.I)

def relative(text, depth=0):
    "Links to pages of the site, without the host; the address that search engines read stays."
    return re.sub(rf'(<a\b[^>]*?\bhref=["\']){re.escape(site)}?(?=[\w#"\'])', lambda m: m[1] + ('../'*depth or './'), text)

def later(text):
    "The style sheets of the other theme without their prefetch; the switch of the page loads them."
    return re.sub(r'(<link\b[^>]*?)\brel="prefetch"([^>]*\bquarto-color-alternate\b)', r'\1rel="alternate-theme"\2', text)

library = re.compile(r'<script\b[^>]*\bsrc="https?://[^"]*/(?:require|jquery)(?:\.min)?\.js"[^>]*></script>\s*'
                     r"|<script\b[^>]*>define\('jquery'[^<]*</script>\s*")

def without_libraries(text):
    "A page without require.js and jQuery: Quarto fetches them from another host as soon as a cell shows HTML, and our moving figures need none."
    return library.sub('', text)

def sent(file):
    "The bytes of a file as they are sent."
    content = file.read_bytes()
    return len(gzip.compress(content, 6) if file.suffix in ('.html', '.css', '.js', '.svg', '.json') else content)

def loads(file, text):
    "The files of the site that a page loads, and those that their style sheets name."
    links = re.findall(r'<(?:img|script)\b[^>]*?\bsrc="([^"]+)"|<link\b(?=[^>]*\brel="(?:stylesheet|icon)")[^>]*?\bhref="([^"]+)"', text)
    found = {(file.parent/''.join(link).split('?')[0]).resolve() for link in links if not ''.join(link).startswith(('data:', 'http', '//'))}
    for sheet in [f for f in found if f.suffix=='.css' and f.is_file()]:
        for name in re.findall(r'url\(\s*["\']?([^"\')]+)', sheet.read_text(encoding='utf-8')):
            if not name.startswith(('data:', 'http', '//', '#')): found.add((sheet.parent/re.split('[?#]', name)[0]).resolve())
    return {f for f in found if f.is_file()}

def weight(file, text):
    "The bytes that a reader receives who opens only this page."
    return sent(file) + sum(map(sent, loads(file, text)))

def problems_of(file, text):
    "What a page or a style sheet fetches from other hosts, and pictures without alternative text."
    for pattern in (fetched, in_styles): yield from (f'{file.name} fetches {"".join(filter(None, found))}' for found in pattern.findall(text))
    if file.suffix!='.html': return
    if (size := weight(file, text))>limit: yield f'{file.name} with all it loads has {size:,} bytes as sent, more than {limit:,}'
    if not re.search(r'<html\b[^>]*\blang=', text): yield f'{file.name} does not say its language'
    bare = [found for found in re.findall(r'<img\b[^>]*>', text) if not re.search(r'\balt=(?:"[^"]+"|\'[^\']+\')', found)]
    yield from (f'{file.name}: a picture without alternative text: {found[:120]}' for found in bare)
    if 'MathJax' in text or 'katex' in text.lower(): yield f'{file.name} sets formulas by a script: html-math-method should be mathml'

def finish(folder):
    "Rewrite the pages; the problems that are left, and how many pages there are."
    problems, pages = [], sorted(folder.rglob('*.html'))
    for file in pages:
        text = later(relative(without_libraries(file.read_text(encoding='utf-8')), len(file.relative_to(folder).parts)-1))
        file.write_text(text, encoding='utf-8')
    for file in [*pages, *sorted(folder.rglob('*.css'))]: problems += problems_of(file, file.read_text(encoding='utf-8'))
    if not (folder/'index.html').is_file(): problems.append(f'{folder} has no index.html')
    return problems, len(pages)

def try_here():
    "A page with one fault of each kind, and two without, one of them in a folder."
    good = (f'<html lang="en"><link rel="canonical" href="{site}"><a href="{site}reg.html#spectral_loss">a</a><a href="https://example.org">b</a>'
            f'<a href="{site}engineering/wide.html">c</a><img src="x.png" alt="a curve"><script src="site_libs/x.js"></script></html>')
    bad = {'<html lang="en"><img src="https://example.org/x.png" alt="a"></html>': 'fetches https://example.org/x.png',
           '<html><p></html>': 'language', '<html lang="en"><img src="x.png"></html>': 'alternative text',
           '<html lang="en"><script src="//example.org/MathJax.js"></script></html>': 'sets formulas',
           '<html lang="en"><link href="https://example.org/a.css" rel="stylesheet"></html>': 'fetches https://example.org/a.css',
           '<html lang="en"><img src="big.png" alt="noise"></html>': 'bytes as sent, more than'}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder/'engineering').mkdir()
        for name in ('index.html', 'engineering/wide.html'): (folder/name).write_text(good)
        (folder/'a.css').write_text('a { background: url(x.svg) }')
        (folder/'big.png').write_bytes(bytes(limit))
        problems, _ = finish(folder)
        widgets = ('<script src="https://example.org/libs/require.min.js" crossorigin="anonymous"></script><script src="https://example.org/jquery.min.js">'
                   """</script>\n<script type="application/javascript">define('jquery', [],function() {return window.jQuery;})</script>\n<p>""")
        if without_libraries(widgets)!='<p>': return [f'libraries for widgets are still there: {without_libraries(widgets)}']
        kept = later('<link href="a.css" rel="prefetch" class="quarto-color-scheme quarto-color-alternate">')
        if 'prefetch' in kept: return [f'the sheet of the other theme is still fetched: {kept}']
        for name, start in {'index.html': './', 'engineering/wide.html': '../'}.items():
            text = (folder/name).read_text()
            wanted = [f'href="{start}reg.html#spectral_loss"', f'href="{start}engineering/wide.html"', 'rel="canonical" href="https']
            if problems or not all(part in text for part in wanted): return [f'a good page: {problems}, {text}']
        (folder/'engineering/wide.html').write_text(next(iter(bad)))
        if 'fetches' not in str(finish(folder)[0]): return ['a page in a folder that fetches from another host is not found']
        (folder/'engineering/wide.html').unlink()
        (folder/'a.css').write_text('@import url("https://example.org/font.css");')
        missed = [] if 'font.css' in str(finish(folder)[0]) else ['a style sheet that imports from another host is not found']
        (folder/'a.css').unlink()
        for text, wanted in bad.items():
            (folder/'index.html').write_text(text)
            if wanted not in str(finish(folder)[0]): missed.append(f'not found: {wanted}')
        return missed

def settings():
    "What in the settings of the site would fetch from other hosts, or end its build."
    import yaml
    from configparser import ConfigParser
    from importlib.metadata import entry_points
    formats = yaml.safe_load((root/'_quarto.yml').read_text(encoding='utf-8'))['format']
    html, found = formats['html'], ConfigParser(delimiters=['='])
    if 'commonmark' in formats and not html.get('keep-md'): yield '_quarto.yml: the format commonmark needs keep-md beside it, or nbdev_docs ends in an error'
    if 'powerlaw_nb' not in {point.name for point in entry_points(group='nbdev')}:
        yield "setup.py: without nbdev's entry point no name becomes a link (after a change, install the package again)"
    found.read(root/'settings.ini', encoding='utf-8')
    if not (root/'nbs'/found['DEFAULT']['readme_nb']).resolve().samefile(root/'README.md'): yield 'settings.ini: readme_nb lets nbdev_docs write README.md'
    taken = {file.name for file in (root/'nbs').glob('*.html')}       # a page of that name would be put into every page
    yield from (f'{name}: its page would take the name of nbs/{page(name)}' for name in notebooks() if page(name) in taken)
    if html.get('html-math-method')!='mathml': yield '_quarto.yml: html-math-method is not mathml'
    for kind, theme in html['theme'].items():
        text = '\n'.join((root/'nbs'/part).read_text(encoding='utf-8') for part in theme if part.endswith('.scss'))
        if not re.search(r'^\$web-font-path: false;', text, re.M): yield f'_quarto.yml: the theme {kind} fetches its fonts: set $web-font-path'

if __name__=='__main__':
    if len(sys.argv)>1: problems, count = finish(Path(sys.argv[1])); report(problems, f'{count} pages read offline')
    else: report([*settings(), *try_here()], 'the check of the site finds what it should')
