"""Prints as JSON what TensorBoard makes of the event files in a folder: numbers, sizes of pictures and texts, by tag and step."""
import json, struct, sys
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

every = {'scalars': 0, 'images': 0, 'text': 0}
accumulator = EventAccumulator(sys.argv[1], tensor_size_guidance=every)
accumulator.Reload()

def seen(plugin, value):
    if plugin == 'scalars':
        return float(value)
    if plugin == 'text':
        return value.item().decode()
    width, height, png = value  # as they were written; then as the PNG itself has them
    return [int(width), int(height), *struct.unpack('>II', png[16:24])]

print(json.dumps({
    plugin: {
        tag: {event.step: seen(plugin, tensor_util.make_ndarray(event.tensor_proto)) for event in accumulator.Tensors(tag)}
        for tag in (accumulator.PluginTagToContent(plugin) if plugin in accumulator.ActivePlugins() else [])
    }
    for plugin in every
}))
