"""The seconds of one CPU core that each notebook took in the last tests, and which take long.

A chapter over 40 s has its reason in nbs/run_times.json, beside the time that its first lines show.

python .ci/times.py             # prints, and fails where a long chapter has no reason
python .ci/times.py --write     # puts the times of the last tests into nbs/run_times.json; .ci/colab.py writes them into the pages"""
import json, sys

from common import notebooks, report, root
from stored import captured

file, limit = root/'nbs/run_times.json', 40

def known():
    "The stored times and reasons."
    found = json.loads(file.read_text(encoding='utf-8')) if file.exists() else {}
    return found.get('seconds', {}), found.get('reasons', {})

def write_times(seconds):
    "Put new times into nbs/run_times.json, in whole seconds; what belongs to no notebook goes."
    old, reasons = known()
    merged = old | {name: round(s) for name, s in seconds.items()}
    here = lambda table: {name: table[name] for name in sorted(table) if (root/'nbs'/name).is_file()}
    file.write_text(json.dumps(dict(reasons=here(reasons), seconds=here(merged)), indent=1, ensure_ascii=False) + '\n', encoding='utf-8')

def problems_of(seconds, reasons, names):
    "Long chapters without a reason, and reasons of chapters that are not there."
    yield from (f'{name} takes {seconds[name]} s, more than {limit}: say why under "reasons" in {file.name}, or make it shorter'
                for name in names if seconds.get(name, 0)>limit and not reasons.get(name))
    yield from (f'{file.name} has a {what} of {name}, which is no notebook' for what, table in (('time', seconds), ('reason', reasons))
                for name in table if name not in names)

def try_here():
    "What is not found among planted faults."
    for wanted, faults in {'a takes 41 s': ({'a': 41}, {}, ['a']), 'a reason of b': ({}, {'b': 'x'}, ['a']), 'a time of b': ({'b': 3}, {}, ['a'])}.items():
        if wanted not in str(list(problems_of(*faults))): yield f'not found: {wanted}'
    if found := list(problems_of({'a': 41, 'b': 40}, {'a': 'x'}, ['a', 'b'])): yield f'good times are called wrong: {found}'

def main(write):
    names, runs = list(notebooks()), {}
    for name in names:
        if (captured/name).with_suffix('.json').is_file(): runs[name] = json.loads((captured/name).with_suffix('.json').read_text(encoding='utf-8'))
    measured = {name: run['seconds'] for name, run in runs.items() if run['finished']}
    if write: write_times(measured)
    seconds, reasons = known()
    for name in sorted(measured, key=measured.get, reverse=True):
        about = f"   over {limit} s: {reasons.get(name, 'no reason is given')}" if max(measured[name], seconds.get(name, 0))>limit else ''
        print(f"{measured[name]:5.0f} s   {name}{about}")
    report([*try_here(), *problems_of(seconds, reasons, names)], f'{sum(measured.values()):.0f} s of one core in {len(measured)} notebooks')

if __name__=='__main__': main('--write' in sys.argv[1:])
