"Write README.md and its pictures from nbs/index.ipynb, without Quarto (which is in no package registry)."
import base64, re

from common import html, notebooks, root
from figures import options
from links import site

def outside(text):
    "Markdown of a page as it is read outside the site: links lead to the site, pictures lie in nbs, and Quarto's blocks are gone."
    text = re.sub(r'\]\(([\w/-]+\.ipynb)(#[\w-]+)?\)', lambda m: f']({site}{html(m[1])}{m[2] or ""})', text)
    return re.sub(r'^:::.*\n?', '', re.sub(r'\]\(images/', '](nbs/images/', text), flags=re.M).strip('\n')

site_only = '<!-- site only'                                      # a cell that begins so, and all below it, stay on the site
parts, pictures = [], {}
for cell in notebooks()['index.ipynb']['cells']:
    source = ''.join(cell['source'])
    if source.startswith(site_only): break
    if cell['cell_type']=='markdown': parts.append(outside(source)); continue
    if re.search(r'^#\|\s*hide\s*$', source, re.M): continue
    about = options(source)
    if about.get('echo')!='false': parts.append(f'```python\n{source}\n```')
    for output in cell['outputs']:
        data = output.get('data', {})
        if 'image/png' in data:
            name = f'nbs/images/readme-{len(pictures)+1}.png'
            pictures[name] = base64.b64decode(data['image/png'])
            parts += [f"![{about['fig-alt']}]({name})", f"*{about['fig-cap']}*"]
        elif 'text/markdown' in data: parts.append(outside(''.join(data['text/markdown'])))
        elif 'text' in output: parts.append('```\n' + ''.join(output['text']).rstrip() + '\n```')
for name, content in pictures.items():
    (root/name).parent.mkdir(exist_ok=True)
    (root/name).write_bytes(content)
(root/'README.md').write_text('<!-- Written from nbs/index.ipynb by .ci/readme.py: edit the notebook. -->\n\n' + '\n\n'.join(parts) + '\n', encoding='utf-8')
