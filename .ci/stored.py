"""The text outputs that are stored in the notebooks are those that the code gives: compared with the outputs of the last tests, which
`.ci/run` has every cell leave in .ci/captured. Pictures, widgets, progress bars and stderr are not compared; words must be equal.

Two numbers are equal if they differ by at most 1 % or by one unit in the last digit that is shown, whichever is more; if both are
below 1e-6, which is rounding; whole numbers below 100 (without %) are counts and must be the same. Other machines and other versions
of torch give other last digits. But where the code now rounds, numbers of more than six digits must not be stored. A cell whose output has
other reasons to differ says so in a line below its `#|` lines:

    # output varies: times                            its numbers and their units are not compared, only the words around them
    # output varies by 0.02: networks trained here    a number may also differ by 0.02
    # output varies in all: names of this machine     only the kind of the output is compared

python .ci/stored.py [NAME ...]            # compares; names are paths in nbs, for example engineering/91_numerics.ipynb; none: all
python .ci/stored.py --run NAME ...        # first runs these notebooks with nbdev_test
python .ci/stored.py --update NAME ...     # writes text outputs that differ into the notebooks; their pictures stay"""
import json, re, sys

from common import nbdev_test, notebooks, report, root

captured = root/'.ci/captured'
relative, rounding, counts, most_digits = .01, 1e-6, 100, 6
skipped = re.compile(r'^#\|\s*(?:slow|cuda|eval:\s*false)\s*$', re.M | re.I)     # as tst_flags in settings.ini, and nbdev itself
directive = re.compile(r'^# output varies(?: by (?P<by>[\d.]+)|(?P<all> in all))?: (?P<why>\S.*)$', re.M)
number = re.compile(r'(?<![\w.])[-+−]?(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?')
unit = re.compile(r'^ ?(?:[nmµu]?s|secs?|seconds?|min|minutes?|h|hours?|[kKMGT]?i?B|times)\b')
bar = re.compile(r'^.*\d+%\|.*$', re.M)

def text_of(output):
    "Kind and text of each part of an output that is compared; a picture or a widget only as such."
    if output['output_type']=='stream': return [('stdout', ''.join(output['text']))] if output['name']=='stdout' else []
    if output['output_type']=='error': return [('error', f"{output['ename']}: {output['evalue']}")]
    data = output.get('data', {})
    if any(kind.startswith('image/') for kind in data): return [('picture', '')]
    if 'application/vnd.jupyter.widget-view+json' in data: return [('widget', '')]
    shown = [kind for kind in ('text/html', 'text/markdown') if kind in data] or ['text/plain']*('text/plain' in data)
    return [(kind, ''.join(data[kind])) for kind in shown]                # beside a table its text/plain is a name of a class, or the same again

def texts(outputs):
    "What is compared of the outputs of a cell: all that was printed as one text, then what was shown."
    found = [part for output in outputs for part in text_of(output)]
    printed = bar.sub('', ''.join(text for kind, text in found if kind=='stdout'))
    return [('stdout', printed)]*bool(printed.strip()) + [part for part in found if part[0]!='stdout']

def normal(text):
    "A text without what has no meaning: addresses, embedded pictures, the widths of columns."
    text = re.sub(r' at 0x[0-9a-fA-F]+', '', text)
    text = re.sub(r'<svg\b.*?</svg>', '<svg>', re.sub(r'data:image/[^"\')\s]+', 'data:image', text), flags=re.S)
    return re.sub(r'([-=─])\1+', r'\1', text)

def parts(text):
    "The words of a text, between its numbers, and the numbers."
    text = normal(text)
    return [' '.join(words.split()) for words in number.split(text)], number.findall(text)

def value(shown): return float(shown.replace(',', '').replace('−', '-'))

def last_digit(shown):
    "One unit in the last digit of a number as it is written."
    digits, _, exponent = shown.lower().partition('e')
    return 10.**(int(exponent or 0) - len(digits.partition('.')[2]))

def long_ones(numbers):
    "Those of these numbers that have more significant digits than a reader can use."
    return [shown for shown in numbers if len(re.sub(r'\D', '', shown.lower().partition('e')[0]).lstrip('0'))>most_digits]

def close(stored, fresh, after='', by=0.):
    "Whether two numbers are the same for this check; `after` is what follows them."
    a, b = value(stored), value(fresh)
    largest, whole = max(abs(a), abs(b)), not re.search(r'[.eE]', stored + fresh)
    if a==b or largest<rounding or abs(a - b)<=by: return True
    if whole and largest<counts and not after.startswith('%'): return False
    units = last_digit(stored), last_digit(fresh)
    unit = min(max(units), largest/2) if 'e' in (stored + fresh).lower() else min(units)      # 8e-6 is near 1e-5; 1e-9 is not
    return abs(a - b)<=max(relative*largest, 1.001*unit)

def differences(stored, fresh, varies=None):
    "What differs between two texts; `varies` is the match of a directive."
    if varies and varies['all']: return
    (words, numbers), (new_words, new_numbers) = parts(stored), parts(fresh)
    if varies and not varies['by']: words, new_words = ([unit.sub('', w).strip() for w in found] for found in (words, new_words))
    for old, new in zip(words, new_words):
        if old!=new: yield f'{old[-100:]!r} is stored, and the code gives {new[-100:]!r}'; return
    if len(words)!=len(new_words): yield f'{len(numbers)} numbers are stored, and the code gives {len(new_numbers)}'; return
    if len(long := long_ones(numbers))>2*len(long_ones(new_numbers)):       # one of many may be short by chance
        yield f'{", ".join(long[:3])} are stored, and the code now rounds: python .ci/stored.py --update'
    if varies and not varies['by']: return
    for old, new, before, after in zip(numbers, new_numbers, words, words[1:]):
        if not close(old, new, after, float(varies['by']) if varies else 0.):
            yield f'{old} is stored, and the code gives {new} (after {before[-40:]!r})'

def cell_differences(stored, fresh, varies=None):
    "What differs between the stored and the fresh outputs of a cell."
    old, new = texts(stored), texts(fresh)
    if [kind for kind, _ in old]!=[kind for kind, _ in new]:
        yield f'{[kind for kind, _ in old]} are stored, and the code gives {[kind for kind, _ in new]}'
        return
    for (_, a), (_, b) in zip(old, new): yield from differences(a, b, varies)

def directive_problems(source, outputs):
    "A directive that is written wrong, stands where it hides others, or excuses nothing."
    if not (lines := re.findall(r'^.*output varies.*$', source, re.M)): return
    if len(lines)>1 or not directive.search(source):
        yield f'write one line such as "# output varies: times", "# output varies by 0.02: why" or "# output varies in all: why", not {lines}'
    elif re.search(r'^#\|', source[directive.search(source).end():], re.M):
        yield 'the line "# output varies" hides the `#|` line below it: put it after them'
    elif not any(number.search(text) or directive.search(source)['all'] for _, text in texts(outputs)):
        yield 'says that its output varies, and has no such output'

def compare(name, notebook, run):
    "The problems of a notebook by cell, how many cells were compared, and which have an exception."
    problems, count, excepted, missing = [], 0, [], []
    for cell in notebook['cells']:
        source, key = ''.join(cell['source']), cell.get('id')
        if cell['cell_type']!='code' or skipped.search(source) or 'nbdev_export(' in source: continue
        found = list(directive_problems(source, cell['outputs']))
        if key not in run['outputs']: missing.append(key)
        elif run['sources'].get(key)!=source: found.append(f'has changed since it ran: python .ci/stored.py --run {name}')
        else:
            varies = directive.search(source)
            found += cell_differences(cell['outputs'], run['outputs'][key], varies)
            count += bool(texts(cell['outputs']))
            if varies: excepted.append((key, varies[0].removeprefix('# output ')))
        if found: problems.append((key, found))
    if missing: problems.append((missing[0], [f'did not run in the last tests, nor did {len(missing) - 1} cells below it']))
    return problems, count, excepted

def updated(stored, fresh):
    "The fresh outputs of a cell with the pictures that are stored."
    is_picture = lambda output: any(kind.startswith('image/') for kind in output.get('data', {}))
    pictures = iter([output for output in stored if is_picture(output)])
    return [next(pictures, output) if is_picture(output) else output for output in fresh if output.get('name')!='stderr']

def update(name, notebook, run):
    "Write the text outputs that differ into a notebook."
    changed = []
    for cell in notebook['cells']:
        source, key = ''.join(cell['source']), cell.get('id')
        if run['sources'].get(key)!=source or key not in run['outputs']: continue
        if not list(cell_differences(cell['outputs'], run['outputs'][key], directive.search(source))): continue
        cell['outputs'] = updated(cell['outputs'], run['outputs'][key])
        changed.append(key)
    text = json.dumps(notebook, sort_keys=True, indent=1, ensure_ascii=False) + '\n'
    if changed: (root/'nbs'/name).write_text(text, encoding='utf-8')
    print(f'{name}: {len(changed)} cells have new text outputs: {", ".join(changed)}' if changed else f'{name}: nothing to update')

def run_now(names):
    "Run notebooks as the tests do, with their outputs kept."
    for name in names: nbdev_test(f'nbs/{name}', captured, '--do_print')

def try_texts():
    "Planted differences between texts that are not found, and harmless ones that are."
    times, by, whole = map(directive.search, ('# output varies: times', '# output varies by 0.02: trained', '# output varies in all: machine'))
    different = [('x is 1', 'y is 1', None), ('accuracy .95', 'accuracy .93', None), ('7 of 9 hold', '6 of 9 hold', None), ('-0.31', '0.31', None),
                 ('1e-3', '1e-9', None), ('1e-3', '3e-3', None), ('1 2 3', '1 2', None), ('120 runs', '130 runs', None),
                 ('tensor([1., 2.])', 'tensor([1., nan])', None),
                 ('layer3: .5', 'layer4: .5', None), ('2 s', '2 s more', times), ('in 2 s', 'after 2 s', times), ('.95', '.92', by),
                 ('.95 after 3 epochs', '.94 after 4 epochs', by), ('0.12345678', '0.1235', None), ('2.00012345 s', '3.1 s', times)]
    same = [('0.381', '0.382', None), ('1.2e-16', '7.7e-15', None), ('1.23456789', '1.2346123', None), ('1,204 runs', '1,203 runs', None),
            ('| a   | 1.0 |\n|-----|', '| a | 1.0  |\n|---|', None), ('<A at 0x7f12>', '<A at 0x8f>', None), ('12 %', '13 %', None), ('8e-5', '1e-4', None),
            ('a = -0.00', 'a = 0.00', None), ('<svg width="3"/></svg>', '<svg></svg>', None), ('took 3 s', 'took 2.1 min', times),
            ('.95', '.94', by), ('AMD 3', 'Intel', whole)]
    yield from (f'not found: {new!r} instead of {old!r}' for old, new, varies in different if not list(differences(old, new, varies)))
    yield from (f'{new!r} is called another output than {old!r}' for old, new, varies in same if list(differences(old, new, varies)))

def try_outputs():
    "Planted differences between the outputs of a cell that are not found, and a harmless one that is."
    shown = lambda text, kind='text/plain': dict(output_type='display_data', data={kind: [text]}, metadata={})
    printed = lambda text, name='stdout': dict(output_type='stream', name=name, text=[text])
    kinds = {'text for a picture': ([shown('a', 'image/png')], [shown('a')]), 'a table for a text': ([shown('a')], [shown('a', 'text/markdown')]),
             'no output': ([printed('a')], []), 'an error': ([], [dict(output_type='error', ename='ValueError', evalue='x')])}
    yield from (f'not found: {what}' for what, (old, new) in kinds.items() if not list(cell_differences(old, new)))
    if list(cell_differences([printed('a\nb\n')], [printed('a\n'), printed('b\n'), printed('3%|#', 'stderr')])):
        yield 'what is printed in pieces is called another output'
    new = updated([shown('old', 'image/png'), printed('1')], [printed('2'), shown('new', 'image/png'), printed('w', 'stderr')])
    if new!=[printed('2'), shown('old', 'image/png')]: yield 'an update does not keep the picture'

def try_cells():
    "Planted faults of cells that are not found: cells that did not run as they stand, and wrong directives."
    printed = lambda text: [dict(output_type='stream', name='stdout', text=[text])]
    varies = '# output varies: times\n'
    cases = {'did not run': ('f()', '1', None, None), 'has changed': ('f()', '1', 'g()', '1'), 'the code gives': ('f()', '1', 'f()', '2'),
             'has no such output': (f'{varies}f()', 'a', f'{varies}f()', 'a'), 'hides the': (f'{varies}#| hide\nf()', '1', f'{varies}#| hide\nf()', '1'),
             'write one line': ('# output varies\nf()', '1', '# output varies\nf()', '1')}
    for wanted, (source, stored, ran, fresh) in cases.items():
        notebook = dict(cells=[dict(cell_type='code', id='c', source=source, outputs=printed(stored))])
        run = dict(sources={'c': ran}, outputs={'c': printed(fresh)}) if ran else dict(sources={}, outputs={})
        if wanted not in str(compare('x', notebook, run)[0]): yield f'not found: {wanted}'
    slow = dict(cells=[dict(cell_type='code', id='c', source='#| slow\nf()', outputs=printed('1'))])
    if compare('x', slow, dict(sources={}, outputs={}))!=([], 0, []): yield 'a skipped cell is compared'

def main(arguments):
    names, known = [a for a in arguments if not a.startswith('--')], notebooks()
    if wrong := [a for a in arguments if a.startswith('--') and a not in ('--run', '--update')] + [n for n in names if n not in known]:
        sys.exit(f'{wrong}: give --run or --update, and paths in nbs such as engineering/91_numerics.ipynb')
    if arguments and not names: sys.exit('name the notebooks')
    if '--run' in arguments: run_now(names)
    problems, count, excepted = [*try_texts(), *try_outputs(), *try_cells()], 0, []
    for name in names or known:
        file = captured/name.replace('.ipynb', '.json')
        if not file.is_file(): problems.append(f'{name}: did not run: bash .ci/run, or python .ci/stored.py --run {name}'); continue
        run = json.loads(file.read_text(encoding='utf-8'))
        if '--update' in arguments: update(name, known[name], run)
        found, compared, varying = compare(name, known[name], run)
        problems += [f'{name}, cell {key}: {what}' for key, several in found for what in several]
        count, excepted = count + compared, excepted + [f'{name}, cell {key}: {why}' for key, why in varying]
    for line in excepted: print(line)
    report(problems, f'{count} cells have the outputs that are stored, {len(excepted)} of them with the exceptions above')

if __name__=='__main__': main(sys.argv[1:])
