"Every figure of a page has a label, a caption and an alternative text, headings come in order, and no page asks another host for anything."
import re

from common import notebooks, report, slow

hidden = re.compile(r'^#\|\s*(?:hide|output:\s*false)\s*$', re.M)
image = re.compile(r'!\[([^\]]*)\]\(\s*<?([^)<>\s]+)')
remote = re.compile(r'<(?:img|script|link|iframe|source)\b[^>]*\b(?:src|href)\s*=\s*["\']?(?:https?:)?//[^\s>"\']+', re.I)

def options(source):
    "The options at the top of a code cell, such as label and fig-cap, without the quotes of YAML."
    return {key: value.strip('\'"').replace("''", "'") for key, value in re.findall(r'^#\|\s*([\w-]+):[ \t]*(.*?)[ \t]*$', source, re.M)}

def problems_of_figure(source):
    "What a cell whose output holds a picture lacks."
    found = options(source)
    if not found.get('label', '').startswith('fig-'): yield 'has a picture, but no "#| label: fig-..."'
    for key, least in (('fig-cap', 20), ('fig-alt', 40)):
        if len(found.get(key, ''))<least: yield f'has a picture, and a "#| {key}: ..." of {len(found.get(key, ""))} characters: say what it shows'
    if found.get('fig-cap') and found.get('fig-cap')==found.get('fig-alt'): yield 'has an alternative text that repeats the caption: say what one would see'

def problems_of_outputs(outputs):
    "What a captioned cell shows beside one picture, and a picture that does not say how wide it is on the page."
    if len(outputs)>1: yield f'has {len(outputs)} outputs: a caption is for one picture, so print in the next cell'
    for output in outputs:
        if 'image/png' in output.get('data', {}) and not output.get('metadata', {}).get('image/png', {}).get('width'):
            yield 'is not stored for dense screens: small_figures() at the start of the notebook'

scripted = re.compile(r'<script>(.*?)</script>', re.S)
keys = ("' '", 'ArrowRight', 'ArrowLeft', 'Home', 'End')

def problems_of_moving(html):
    "What a figure that moves without Python lacks: a small script of its own, keys, names for those who do not see, a way to less motion."
    scripts, told = ''.join(scripted.findall(html)), re.search(r'role="img" aria-label="([^"]{40,})"', html)
    if not 0<len(scripts.encode())<=4000: yield f'moves by a script of {len(scripts.encode()):,} bytes: it should have some, and at most 4,000'
    if re.search(r'(?:https?:)?//[\w.-]+\.\w|\b(?:src|import|fetch|eval)\b\s*[=(]', html): yield 'moves, and asks for something outside the page'
    yield from (f'moves, and its script does not know the key {key}' for key in keys if key not in scripts)
    if not told: yield 'moves, and says nowhere what one would see: role="img" with an aria-label of 40 characters or more'
    if not re.search(r'<input type="range"[^>]* aria-label="[^"]+"', html): yield 'moves, and its slider has no name'
    if 'aria-valuetext' not in scripts: yield 'moves, and its slider does not say what it shows'
    if 'prefers-reduced-motion' not in scripts: yield 'moves, and does not ask who wants less motion'
    if ':focus-visible' not in html: yield 'moves, and does not show where the keys go'

def try_moving():
    "Planted faults of a moving figure that are not found."
    script = "<script>'aria-valuetext' 'prefers-reduced-motion' ' ' ArrowRight ArrowLeft Home End</script>"
    good = f'<style>:focus-visible</style><div role="img" aria-label="{"a"*40}"></div><input type="range" min="0" aria-label="x">{script}'
    faults = {'does not know the key Home': ('Home', ''), 'says nowhere': ('role="img"', ''), 'has no name': ('aria-label="x"', ''),
              'less motion': ('reduced', ''), 'where the keys go': (':focus-visible', ''), 'what it shows': ('aria-valuetext', ''),
              'outside the page': ('<div', '<a href="https://example.org">'), 'a script of 5': ('<script>', '<script>' + 'a'*5000)}
    if found := list(problems_of_moving(good)): yield f'a good moving figure: {found}'
    yield from (f'not found: {what}' for what, change in faults.items() if what not in str(list(problems_of_moving(good.replace(*change)))))

def without_code(text): return re.sub(r'`[^`\n]+`', '', re.sub(r'^( *)(```+|~~~+).*?^\1\2 *$', '', text, flags=re.M|re.S))

def problems_of_text(texts):
    "Headings that skip a level, pictures of another host, and pictures without alternative text."
    level = 0
    for text in texts:
        for marks, heading in re.findall(r'^(#{1,6}) +(.+)$', without_code(text), re.M):
            if len(marks)>level+1: yield f'heading {heading!r} has level {len(marks)} below level {level}'
            level = len(marks)
        for alternative, target in image.findall(without_code(text)):
            if not alternative.strip(): yield f'the picture {target} has no alternative text'
            if re.match(r'(https?:)?//', target): yield f'the picture {target} comes from another host: keep a copy in nbs/images'
        yield from (f'asks another host: {found.group()}' for found in remote.finditer(without_code(text)))

def main():
    problems, count, moving = list(try_moving()), 0, 0
    for name, notebook in notebooks().items():
        for cell in notebook['cells']:
            source = ''.join(cell['source'])
            if cell['cell_type']!='code' or hidden.search(source): continue
            shown = [output.get('data', {}) for output in cell.get('outputs', [])]
            moves = [''.join(data['text/html']) for data in shown if 'moving-figure' in ''.join(data.get('text/html', ''))]
            for html in moves:
                moving += 1
                # its alternative text is in the figure itself
                found = [what for what in problems_of_figure(source) if 'fig-alt' not in what] + [*problems_of_moving(html)]
                problems += [f"{name}, cell {cell.get('id')}: {what}" for what in found]
            if any('image/png' in data or 'image/svg+xml' in data for data in shown):
                count += 1
                found = [*problems_of_figure(source), *(problems_of_outputs(cell['outputs']) if not slow.search(source) else ())]
                problems += [f"{name}, cell {cell.get('id')}: {what}" for what in found]
            for kind in ('application/javascript', 'application/vnd.jupyter.widget-view+json'):
                if any(kind in data for data in shown):
                    problems.append(f"{name}, cell {cell.get('id')}: has an output {kind}, for which Quarto loads scripts of another host")
        problems += [f'{name}: {what}' for what in problems_of_text([''.join(c['source']) for c in notebook['cells'] if c['cell_type']=='markdown'])]
    report(problems, f'{count} figures have captions and alternative texts, and {moving} more move by themselves')

if __name__=='__main__': main()
