"""On the path of the test command: what each cell of a notebook gives while it is tested goes to the folder of $CAPTURED_OUTPUTS.

Python imports a `sitecustomize` at its start, in worker processes too. This one waits for the shell in which nbdev_test
runs the cells; in every other process it does nothing. `.ci/stored.py` compares what is written here with what is stored.
A notebook fails that draws from torch's or numpy's global stream without a seed of its own: its tests would differ from run to run."""
import importlib.util, os, sys, warnings

def sources(notebook):
    "The code cells of a notebook as they stand in its file, by their ids."
    import json
    with open(notebook, encoding='utf-8') as file: cells = json.load(file)['cells']
    return {cell['id']: ''.join(cell['source']) for cell in cells if cell['cell_type']=='code' and 'id' in cell}

def write(folder, notebook, **what):
    "One JSON for a notebook of the book; none for one that a test made for itself."
    import json
    from pathlib import Path
    nbs = Path(__file__).resolve().parents[2]/'nbs'
    if not notebook.is_relative_to(nbs): return
    file = Path(folder)/notebook.relative_to(nbs).with_suffix('.json')
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(what), encoding='utf-8')

def core_seconds():
    "CPU time of this process and of its children that have ended."
    import resource
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)

class GlobalStreams:
    "Tells whether torch's or numpy's global stream was drawn from without a seed, since this was made."
    def __init__(self):
        import numpy, torch
        self.numpy, self.torch = numpy.random, torch
        self.numpy.seed(); self.torch.seed()                                       # the seed of the last notebook does not count
        self.start, self.fresh = self.torch.initial_seed(), self.states()

    def states(self):
        "Both states, each as bytes and numbers that can be compared."
        _, words, place, *_ = self.numpy.get_state()
        return dict(torch=self.torch.get_rng_state().numpy().tobytes(), numpy=(words.tobytes(), place))

    def drawn(self):
        "The streams that were drawn from; torch's only while it has the seed of the start."
        now = self.states()
        if self.torch.initial_seed()!=self.start: now.pop('torch')
        return [name for name in now if now[name]!=self.fresh[name]]

def keep_outputs(shell, folder):
    "Have a class of shells note the outputs of each cell by its id, and stop where one draws from a global stream without a seed."
    run_cell, run_all = shell.cell, shell.run_all
    def cell(self, cell, *args, **kwargs):
        if cell.cell_type=='code': cell.outputs = []                                 # a cell without output would keep the stored one
        try: return run_cell(self, cell, *args, **kwargs)
        finally:
            if cell.cell_type=='code' and hasattr(self, 'captured'):
                self.captured[cell.id] = cell.outputs
                if not self.exc and (drawn := self.streams.drawn()): self.exc = AssertionError(
                    f'cell {cell.id} draws from the global stream of {" and ".join(drawn)} without a seed: '
                    'give a generator, or set the seed in the first cell')
    def all_cells(self, nb, *args, **kwargs):
        from pathlib import Path
        if not nb.get('path_'): return run_all(self, nb, *args, **kwargs)
        path, start, finished = Path(nb['path_']).resolve(), core_seconds(), False
        self.captured, self.streams = {}, GlobalStreams()
        tested = sources(path)
        if drawing := sys.modules.get('matplotlib'): drawing.rcdefaults()          # a notebook begins without the settings of the last one
        silence = ('ignore', None, Warning, None, 0)                               # what `simplefilter('ignore')` puts in
        silent = silence in warnings.filters
        try:
            result = run_all(self, nb, *args, **kwargs)
            if silence in warnings.filters and not silent:
                self.exc = AssertionError(f'{path.name} leaves all warnings ignored, and the next notebook tests its own in vain')
                raise self.exc                                                     # where nbdev looks for what to print
            finished = True
            return result
        finally: write(folder, path, seconds=core_seconds() - start, finished=finished, sources=tested, outputs=self.captured)
    shell.cell, shell.run_all = cell, all_cells

class WhenImported:
    "Finds execnb.shell as everybody does, and changes its class of shells once it is there."
    def find_spec(self, name, path=None, target=None):
        if name!='execnb.shell': return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module
        def exec_module(module):
            load(module)
            keep_outputs(module.CaptureShell, os.environ['CAPTURED_OUTPUTS'])
        spec.loader.exec_module = exec_module
        return spec

if os.environ.get('CAPTURED_OUTPUTS'): sys.meta_path.insert(0, WhenImported())
