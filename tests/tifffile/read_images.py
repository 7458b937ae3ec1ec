"""Prints, for each file, a line of JSON: what tifffile makes of its only image, and whether each level is the half of the one before."""
import hashlib, json, numpy, sys, tifffile

def halved(planes):
    y, x = planes.shape[-2:]
    even = numpy.pad(planes.astype('f8'), [(0, 0)] * (planes.ndim - 2) + [(0, y % 2), (0, x % 2)], 'edge')
    means = (even[..., ::2, ::2] + even[..., ::2, 1::2] + even[..., 1::2, ::2] + even[..., 1::2, 1::2]) / 4
    return means.astype('f4') if planes.dtype == 'f4' else numpy.floor(means + 0.5).astype(planes.dtype)

numpy.seterr(all='ignore')
for path in sys.argv[1:]:
    with tifffile.TiffFile(path) as tiff:
        series, = tiff.series
        levels = [level.asarray().reshape(level.get_shape(False)) for level in series.levels]
        axes = series.get_axes(False)
        if axes.endswith('S'): # one sample a pixel
            axes, levels = axes[:-1], [level[..., 0] for level in levels]
        pixels = levels[0]
        for missing in [a for a in 'TCZ' if a not in axes]:
            axes, pixels = missing + axes, pixels[None]
        page = tiff.pages[0]
        seen = dict(axes=axes, kind=series.kind, type=str(pixels.dtype), big=tiff.is_bigtiff, tiled=page.is_tiled,
            compression=int(page.compression), predictor=int(page.predictor),
            pages=len(tiff.pages), levels=[level.shape[-2:] for level in levels],
            halved=all(numpy.array_equal(halved(a), b, equal_nan=a.dtype == 'f4') for a, b in zip(levels, levels[1:])))
        pixels = pixels.transpose([axes.index(a) for a in 'TCZYX'])
        seen.update(shape=pixels.shape, sha256=hashlib.sha256(numpy.ascontiguousarray(pixels).tobytes()).hexdigest())
        if 'XResolution' in page.tags:
            x, y = page.tags['XResolution'].value, page.tags['YResolution'].value
            seen.update(resolution=[y[0] / y[1], x[0] / x[1]], unit=int(page.tags['ResolutionUnit'].value))
        if tiff.is_ome:
            image = tifffile.xml2dict(tiff.ome_metadata)['OME']['Image']
            p = image['Pixels']
            c = p['Channel'] if isinstance(p['Channel'], list) else [p['Channel']]
            seen.update(name=str(image['Name']), timeStep=p.get('TimeIncrement'), channels=[x.get('Name') for x in c],
                colors=[x.get('Color') for x in c], wavelengths=[x.get('EmissionWavelength') for x in c],
                um=[p.get('PhysicalSize' + a) for a in 'ZYX'])
        else:
            seen.update(imagej={k: v for k, v in tiff.imagej_metadata.items() if k != 'LUTs'},
                luts=numpy.reshape(tiff.imagej_metadata.get('LUTs', []), (-1, 3, 256))[..., -1].tolist())
        print(json.dumps(seen))
