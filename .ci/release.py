"The versions in settings.ini, the package, the citation file and the changelog agree, and the citation file has what CFF 1.2.0 asks for."
import re
from configparser import ConfigParser
from datetime import date

import yaml

from common import report, root

wanted = dict(person=['family-names'], software=['authors', 'title', 'version'], article=['authors', 'title', 'journal', 'year', 'doi'],
              paper=['authors', 'title', 'year', 'collection-title'])
kinds = {'conference-paper': 'paper'}

def versions():
    "Where a version is written, and what is written there."
    read = lambda file: (root/file).read_text(encoding='utf-8')
    settings = ConfigParser(delimiters=['='])
    settings.read_string(read('settings.ini'))
    found = lambda pattern, text: match.group(1) if (match := re.search(pattern, text, re.M)) else 'no version'
    return {'settings.ini': settings['DEFAULT']['version'],
            'powerlaw_nb/__init__.py': found(r'__version__ = [\'"]([^\'"]+)', read('powerlaw_nb/__init__.py')),
            'CITATION.cff': found(r'^version: *[\'"]?([^\'"\s]+)', read('CITATION.cff')),
            'CHANGELOG.md, first heading': found(r'^## v?([^\s:,(]+)', read('CHANGELOG.md'))}

def lacks(entry, kind, name):
    "What an entry of the citation file lacks."
    yield from (f'CITATION.cff: {name} has no {key}' for key in wanted[kinds.get(kind, kind)] if not entry.get(key))
    for author in entry.get('authors', []):
        if not (author.get('family-names') or author.get('name')): yield f'CITATION.cff: {name} has an author without a name: {author}'
    if 'doi' in entry and not re.fullmatch(r'10\.\d{4,9}/\S+', str(entry['doi'])):
        yield f"CITATION.cff: {name} has the DOI {entry['doi']!r}: write it as 10.1000/name"

def citation_problems():
    "What is wrong with the citation file."
    cff = yaml.safe_load((root/'CITATION.cff').read_text(encoding='utf-8'))
    for key in ('cff-version', 'message', 'title', 'authors'):
        if not cff.get(key): yield f'CITATION.cff: no {key}'
    if str(cff.get('cff-version'))!='1.2.0': yield f"CITATION.cff: cff-version is {cff.get('cff-version')}: this check knows 1.2.0"
    if 'date-released' in cff and not isinstance(cff['date-released'], date):
        yield f"CITATION.cff: date-released is {cff['date-released']!r}: write it as 2026-01-31"
    yield from lacks(cff, 'software', 'the software')
    for entry in cff.get('references', []):
        known = kinds.get(entry.get('type'), entry.get('type')) in wanted
        if not known: yield f"CITATION.cff: a reference has the type {entry.get('type')!r}"
        else: yield from lacks(entry, entry['type'], repr(entry.get('title')))

def main():
    found = versions()
    problems = [f'versions differ: {found}'] if len(set(found.values()))>1 else []
    report(problems + list(citation_problems()), f"version {found['settings.ini']} everywhere")

if __name__=='__main__': main()
