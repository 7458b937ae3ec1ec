"""The same network and the same work in PyTorch, timed. Prints one line of JSON, as bench/step.ts and bench/inference.ts do.

    python unet.py step|inference --depth 4 --channels 32 --batch 4 --size 32,64,64 [--inputs 1] [--outputs 1]
                   [--repeats 3] [--threads 2] [--layout contiguous|channels_last] [--compile]
"""
import argparse
import json
import resource
import statistics
import time

import torch
from torch import nn


def convolutions(dims):
    return (nn.Conv3d, nn.ConvTranspose3d, nn.BatchNorm3d) if dims == 3 else (nn.Conv2d, nn.ConvTranspose2d, nn.BatchNorm2d)


def twice(dims, inputs, outputs):
    conv, _, norm = convolutions(dims)
    layers = []
    for i in (inputs, outputs):
        layers += [conv(i, outputs, 3, padding=1), norm(outputs), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class Level(nn.Module):
    def __init__(self, dims, inputs, channels, depth):
        super().__init__()
        conv, transposed, norm = convolutions(dims)
        self.more, self.depth = twice(dims, inputs, channels), depth
        if depth:
            self.down = nn.Sequential(conv(channels, channels, 2, stride=2), norm(channels), nn.ReLU(inplace=True))
            self.below = Level(dims, channels, 2 * channels, depth - 1)
            self.up = nn.Sequential(transposed(2 * channels, channels, 2, stride=2), norm(channels), nn.ReLU(inplace=True))
            self.less = twice(dims, 2 * channels, channels)

    def forward(self, x):
        y = self.more(x)
        return self.less(torch.cat((y, self.up(self.below(self.down(y)))), 1)) if self.depth else y


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('work', choices=['step', 'inference'])
    for name, default in dict(depth=4, channels=32, batch=1, inputs=1, outputs=1, repeats=3, threads=2).items():
        parser.add_argument(f'--{name}', type=int, default=default)
    parser.add_argument('--size', default='32,64,64')
    parser.add_argument('--layout', default='contiguous', choices=['contiguous', 'channels_last'])
    parser.add_argument('--compile', action='store_true')
    args = parser.parse_args()
    if args.compile and not hasattr(torch, 'compile'):
        parser.error(f'PyTorch {torch.__version__} has no torch.compile')
    size = [int(extent) for extent in args.size.split(',')]
    dims = len(size)
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    began = time.perf_counter()
    last = convolutions(dims)[0](args.channels, args.outputs, 3, padding=1)
    net = nn.Sequential(Level(dims, args.inputs, args.channels, args.depth), last)
    x = torch.randn(args.batch, args.inputs, *size)
    target = torch.randn(args.batch, args.outputs, *size)
    if args.layout == 'channels_last':
        layout = torch.channels_last_3d if dims == 3 else torch.channels_last
        net, x, target = (what.to(memory_format=layout) for what in (net, x, target))
    adam = torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.5, 0.999))
    run = torch.compile(net) if args.compile else net

    def step():
        adam.zero_grad()
        ((run(x) - target) ** 2).mean().backward()
        adam.step()

    def inference():
        with torch.no_grad():
            run(x)

    if args.work == 'inference':
        net.eval()
    work = step if args.work == 'step' else inference
    made = time.perf_counter()
    work()  # warms up, and compiles
    warm = time.perf_counter()
    seconds = []
    for _ in range(args.repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({
        'pytorch': torch.__version__, 'layout': args.layout, 'compile': args.compile,
        'loadSeconds': (warm if args.compile else made) - began,
        'seconds': statistics.median(seconds), 'min': min(seconds), 'max': max(seconds),
        'peakGB': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
    }))


main()
