"""Reads what the fuzzer kept (damaged images that Unstained read, with other samples than the whole file's) by tifffile,
zarr-python or pylibCZIrw, and compares.

    npm run fuzz -- --format tiff --keep /tmp/kept
    pip install numpy tifffile imagecodecs "zarr>=3" pylibCZIrw
    python tests/fuzz/against.py /tmp/kept/tiff

Prints how many are equal, how many the other reader refuses, and a line for each that differs. Each file is read in a process of its
own: some damage kills a reader.
"""
import collections, hashlib, json, multiprocessing, os, sys

def digest(a):
    import numpy as np
    a = np.ascontiguousarray(a)
    dtype = str(a.dtype.newbyteorder('='))
    if a.dtype == bool: a = a.astype('u1')
    return [list(a.shape), dtype, hashlib.sha256(a.astype(a.dtype.newbyteorder('<'), copy=False).tobytes()).hexdigest()]

def tczyx(a, axes):
    """Any other axis stands for z; samples are channels."""
    axes = ''.join('Z' if c in 'IQ' else c for c in axes)
    for c in 'TCZ':
        if c not in axes: a, axes = a[None], c + axes
    if 'S' not in axes: return a.transpose([axes.index(c) for c in 'TCZYX'])
    a = a.transpose([axes.index(c) for c in 'TCSZYX'])
    return a.reshape(a.shape[0], -1, *a.shape[3:])

def tiff(path):
    import tifffile
    with tifffile.TiffFile(path) as file:
        return [digest(tczyx(series.asarray(), series.axes)) for series in file.series]

def zarr(path):
    import numpy as np, zarr
    node = zarr.open(path, mode='r')
    if isinstance(node, zarr.Array): axes = 'TCZYX'[-node.ndim:]
    else:
        attributes = dict(node.attrs)
        multiscale = attributes.get('ome', attributes)['multiscales'][0]
        node = node[multiscale['datasets'][0]['path']]
        axes = ''.join(axis['name'] for axis in multiscale['axes']).upper()
    return [digest(tczyx(np.asarray(node[...]), axes))]

def czi(path):
    import numpy as np
    from pylibCZIrw import czi as reader
    images = []
    with reader.open_czi(path) as file:
        box = file.total_bounding_box
        extent = lambda axis: range(box.get(axis, (0, 1))[1] - box.get(axis, (0, 1))[0])
        scenes = file.scenes_bounding_rectangle or {None: file.total_bounding_rectangle}
        for scene, at in scenes.items():
            planes = [file.read(roi=(at.x, at.y, at.w, at.h), plane={'T': t, 'C': c, 'Z': z}, **({} if scene is None else {'scene': scene}))[..., 0]
                      for t in extent('T') for c in extent('C') for z in extent('Z')]
            images.append(digest(np.stack(planes).reshape(len(extent('T')), len(extent('C')), len(extent('Z')), *planes[0].shape)))
    return images

READERS = {'tiff': tiff, 'zarr': zarr, 'czi': czi}

def compare(folder):
    with open(os.path.join(folder, 'read.json')) as file: ours = json.load(file)
    if not all(image['all'] for image in ours['images']): return 'too large', ''
    try: theirs = READERS[os.path.basename(os.path.dirname(folder))](os.path.join(folder, ours['path']))
    except Exception as error: return 'refused by the other', '%s: %s' % (type(error).__name__, str(error)[:100])
    mine = [[image['shape'], image['dtype'], image['sha256']] for image in ours['images']]
    return ('equal', '') if mine == theirs else ('DIFFERS', 'ours %s, theirs %s' % tuple(json.dumps([i[:2] + [i[2][:8]] for i in x]) for x in (mine, theirs)))

def in_process(folder, connection):
    sys.stderr = open(os.devnull, 'w')
    connection.send(compare(folder))

def main(root):
    counts = collections.Counter()
    for name in sorted(os.listdir(root), key=int):
        folder = os.path.join(root, name)
        ours, theirs = multiprocessing.Pipe(False)
        process = multiprocessing.Process(target=in_process, args=(folder, theirs)); process.start()
        outcome, detail = ours.recv() if ours.poll(20) else ('hangs or dies', '')
        process.kill(); process.join()
        counts[outcome] += 1
        if outcome not in ('equal', 'too large'): print(outcome, folder, detail)
    print(dict(counts), file=sys.stderr)

main(os.path.abspath(sys.argv[1]))
