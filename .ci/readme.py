"Write README.md and its pictures from nbs/index.ipynb, without Quarto (which is in no package registry)."
import base64, json, re
from pathlib import Path

root = Path(__file__).resolve().parent.parent
parts, pictures = [], {}
alternatives = ['Spectrum of the hidden layer, accuracy under FGSM and PGD, and sensitivity maps, with and without the regularizer',
                'Accuracy under FGSM and PGD of networks with three hidden layers, regularized in every layer']
for cell in json.loads((root/'nbs/index.ipynb').read_text(encoding='utf-8'))['cells']:
    source = ''.join(cell['source'])
    if cell['cell_type']=='markdown': parts.append(source); continue
    if re.search(r'^#\|\s*hide\s*$', source, re.M): continue
    if not re.search(r'^#\|\s*echo:\s*false\s*$', source, re.M): parts.append(f'```python\n{source}\n```')
    for output in cell['outputs']:
        data = output.get('data', {})
        if 'image/png' in data:
            name = f'nbs/images/readme-{len(pictures)+1}.png'
            pictures[name] = base64.b64decode(data['image/png'])
            parts.append(f'![{alternatives[len(pictures)-1]}]({name})')
        elif 'text/markdown' in data: parts.append(''.join(data['text/markdown']).rstrip())
        elif 'text' in output: parts.append('```\n' + ''.join(output['text']).rstrip() + '\n```')
for name, content in pictures.items():
    (root/name).parent.mkdir(exist_ok=True)
    (root/name).write_bytes(content)
(root/'README.md').write_text('<!-- Written from nbs/index.ipynb by .ci/readme.py: edit the notebook. -->\n\n' + '\n\n'.join(parts) + '\n', encoding='utf-8')
