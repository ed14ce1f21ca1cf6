"""The stored outputs hold no machine paths, warnings or tracebacks, and no notebook is larger than 900 kB.

python .ci/outputs.py            # checks
python .ci/outputs.py --floats   # only lists numbers with more than six significant digits, which a reader would rather see rounded"""
import json, re, sys

from common import notebooks, report, root

path = re.compile(r'(?<![\w./~-])/(?:home|root|tmp|work|Users|mnt|opt|usr|var|private|content)/\S{0,60}|\b[A-Z]:\\\\?\w\S{0,60}|\bfile:///\S{0,60}')
warned = re.compile(r'\b\w*Warning\b: ?.{0,60}|\bwarnings\.warn\(')
broken = re.compile(r'Traceback \(most recent call last\)|^\w*(?:Error|Exception): ', re.M)
bar = re.compile(r'\d+%\|.{0,40}|\x1b\[\d*[A-KsuG]')                 # what a progress bar leaves behind
number = re.compile(r'(?<![\w.#/-])[-−]?((?:\d+\.\d*|\.\d+|\d+(?=e))(?:e[-+]?\d+)?)(?![\w./])', re.I)
limit, digits = 900_000, 6

def texts(output):
    "All that a reader sees of an output, but not its pictures."
    yield ''.join(output.get('text', ''))
    for kind, data in output.get('data', {}).items():
        if not kind.startswith(('image/png', 'image/jpeg')): yield ''.join(data) if isinstance(data, (list, str)) else json.dumps(data)

def on_purpose(source):
    "Whether a cell says that it shows an error."
    return re.search(r'^#\|\s*error:\s*true', source, re.M)

def problems_of(name, cells):
    "What is wrong with the outputs of one notebook."
    for cell in cells:
        source = ''.join(cell['source'])
        where = f"{name}, cell {cell.get('id')}"
        for output in cell.get('outputs', []):
            if output['output_type']=='error' and not on_purpose(source): yield f"{where}: {output['ename']}: {output['evalue'][:80]}"
            if output.get('name')=='stderr': yield f"{where}: text on stderr: {''.join(output['text'])[:80]!r}"
            for text in texts(output):
                looked = [('machine path', path), ('warning', warned), ('progress bar', bar)] + [('error', broken)]*(not on_purpose(source))
                yield from (f'{where}: {what}: {found.group()!r}' for what, pattern in looked for found in pattern.finditer(text))

def long_numbers(name, cells):
    "Numbers with a point that are shown with more digits than a reader can use."
    for cell in cells:
        shown = ' '.join(text for output in cell.get('outputs', []) for text in texts(output) if not text.lstrip().startswith('<'))
        found = [n for n in number.findall(shown) if len(n.lower().partition('e')[0].replace('.', '').lstrip('0'))>digits]
        if found: yield f"{name}, cell {cell.get('id')}: {', '.join(found[:6])}"

def main():
    if sys.argv[1:]==['--floats']: return print(*(line for name, notebook in notebooks().items() for line in long_numbers(name, notebook['cells'])), sep='\n')
    problems, found = [], notebooks()
    for name, notebook in found.items():
        size = (root/'nbs'/name).stat().st_size
        if size>limit: problems.append(f'{name}: {size:,} bytes, more than {limit:,}: draw smaller pictures')
        problems += problems_of(name, notebook['cells'])
    report(problems, f'{len(found)} notebooks: outputs are clean')

if __name__=='__main__': main()
