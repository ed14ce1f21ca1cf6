"The workflows are valid YAML, take no shared nbdev actions, name a version of everything they use, and call scripts that exist."
import re

import yaml

from common import report, root

def problems_of(file):
    "What is wrong with one workflow."
    content = yaml.safe_load(file.read_text(encoding='utf-8'))
    if not isinstance(content, dict) or not {'name', 'jobs', True} <= set(content):       # YAML reads the key `on` as true
        yield f'{file.name}: it has no name, on or jobs'
        return
    for name, job in content['jobs'].items():
        where = f'{file.name}, job {name}'
        if 'timeout-minutes' not in job: yield f'{where}: no timeout-minutes'
        for need in [job['needs']] if isinstance(job.get('needs'), str) else job.get('needs', []):
            if need not in content['jobs']: yield f'{where}: needs the job {need}, which is not there'
        for step in job.get('steps', []):
            used, command = step.get('uses', ''), step.get('run', '')
            if not (used or command): yield f'{where}: a step does nothing: {step}'
            if used and not re.fullmatch(r'[\w.-]+(/[\w.-]+)+@(v\d[\w.]*|[0-9a-f]{40})', used): yield f'{where}: {used} has no version'
            if used.startswith(('fastai/', 'AnswerDotAI/')):
                yield f'{where}: {used}: the shared nbdev actions break with newer execnb; write the steps out'
            if 'quarto' in used and 'version' not in step.get('with', {}): yield f'{where}: {used}: name the version of Quarto'
            if 'pip install' in command and '-c constraints.txt' not in command: yield f'{where}: pip install without -c constraints.txt'
            yield from (f'{where}: there is no {script}' for script in re.findall(r'\.ci/[\w.]+', command) if not (root/script).is_file())

def main():
    files = sorted((root/'.github/workflows').glob('*.y*ml'))
    report([problem for file in files for problem in problems_of(file)], f'{len(files)} workflows')

if __name__=='__main__': main()
