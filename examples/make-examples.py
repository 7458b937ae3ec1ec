#!/usr/bin/env python3
"""Make examples/isl-motor-neurons from its authors' files: the whole field, rounded from 16 to 8 bits.

    git clone https://github.com/google/in-silico-labeling
    python3 make-examples.py in-silico-labeling/isl/testdata/condition_blue_sample isl-motor-neurons

Needs numpy and pillow. Prints, for each plane, Pearson's r between the original and what was written, and stops where it
is below 0.9999. The same originals and the same pillow give the same pixels; README.md in the folder says the rest.
"""
import argparse
import re
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

# Apache-2.0, section 4b: changed files carry prominent notices that they were changed.
NOTICE = ('Changed: rounded from 16 to 8 bits, round(v / 257). Original: google/in-silico-labeling, '
          'isl/testdata/condition_blue_sample, Apache-2.0.')


def short_name(original: str) -> str:
    """`...,z_depth-7,channel-PHASE_CONTRAST,...` is phase_z07.png, `...,channel-DAPI_CONFOCAL,...` is dapi.png."""
    plane = re.search(r'z_depth-(\d+),channel-PHASE_CONTRAST', original)
    if plane:
        return f'phase_z{int(plane[1]):02d}.png'
    return re.search(r'channel-(\w+)_CONFOCAL', original)[1].lower() + '.png'


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument('originals', type=Path)
    arguments.add_argument('out', type=Path)
    arguments = arguments.parse_args()
    files = {short_name(file.name): file for file in arguments.originals.glob('*.png')}
    if len(files) != 16:
        raise SystemExit(f'{arguments.originals}: {len(files)} images where 13 planes and 3 targets were expected.')
    for name, file in sorted(files.items()):
        samples = np.asarray(Image.open(file)).astype(np.int64)
        rounded = np.rint(samples / 257).astype(np.uint8)  # 257 x 255 = 65535: 0 stays 0, white stays white
        r = np.corrcoef(samples.ravel(), rounded.ravel())[0, 1]
        if r < 0.9999:
            raise SystemExit(f'{file}: r {r:.6f} between original and rounded.')
        about = PngImagePlugin.PngInfo()
        about.add_text('Comment', NOTICE)
        path = arguments.out / name
        Image.fromarray(rounded).save(path, optimize=True, pnginfo=about)
        print(f'{name:14s} {samples.shape}  r {r:.6f}  {path.stat().st_size:8d} bytes')


if __name__ == '__main__':
    main()
