"The stored outputs hold no machine paths, warnings or tracebacks, and no notebook is larger than 900 kB."
import json, re

from common import notebooks, report, root

path = re.compile(r'(?<![\w./~-])/(?:home|root|tmp|work|Users|mnt|opt|usr|var|private|content)/\S{0,60}|\b[A-Z]:\\\\?\w\S{0,60}|\bfile:///\S{0,60}')
warned = re.compile(r'\b\w*Warning\b: ?.{0,60}|\bwarnings\.warn\(')
broken = re.compile(r'Traceback \(most recent call last\)|^\w*(?:Error|Exception): ', re.M)
bar = re.compile(r'\d+%\|.{0,40}|\x1b\[\d*[A-KsuG]')                 # what a progress bar leaves behind
limit = 900_000

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

def main():
    problems, found = [], notebooks()
    for name, notebook in found.items():
        size = (root/'nbs'/name).stat().st_size
        if size>limit: problems.append(f'{name}: {size:,} bytes, more than {limit:,}: draw smaller pictures')
        problems += problems_of(name, notebook['cells'])
    report(problems, f'{len(found)} notebooks: outputs are clean')

if __name__=='__main__': main()
