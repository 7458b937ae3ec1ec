/* Prints, for each file, a line of JSON: what Bio-Formats makes of its only image. See README.md beside it. */

import java.io.PrintStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import loci.common.DebugTools;
import loci.formats.FormatTools;
import loci.formats.ImageReader;
import loci.formats.MetadataTools;
import loci.formats.meta.IMetadata;
import ome.units.UNITS;
import ome.units.quantity.Length;

class ReadImages {
  public static void main(String[] paths) throws Exception {
    DebugTools.setRootLevel("OFF");
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    for (String path : paths) out.println(describe(path));
  }

  static String describe(String path) throws Exception {
    try (ImageReader reader = new ImageReader()) {
      IMetadata metadata = MetadataTools.createOMEXMLMetadata();
      reader.setMetadataStore(metadata);
      reader.setFlattenedResolutions(false);
      reader.setId(path);
      if (reader.getSeriesCount() != 1) return json("error", text(reader.getSeriesCount() + " images"));
      int channels = reader.getEffectiveSizeC();
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (int t = 0; t < reader.getSizeT(); t++)
        for (int c = 0; c < channels; c++)
          for (int z = 0; z < reader.getSizeZ(); z++) digest.update(reader.openBytes(reader.getIndex(z, c, t)));
      List<String> names = new ArrayList<>();
      List<String> wavelengths = new ArrayList<>();
      List<String> colors = new ArrayList<>();
      for (int c = 0; c < channels; c++) {
        names.add(text(metadata.getChannelName(0, c)));
        wavelengths.add(length(metadata.getChannelEmissionWavelength(0, c), UNITS.NANOMETER));
        colors.add(metadata.getChannelColor(0, c) == null ? "null" : "" + metadata.getChannelColor(0, c).getValue());
      }
      List<String> levels = new ArrayList<>();
      for (int level = 0; level < reader.getResolutionCount(); level++) {
        reader.setResolution(level);
        reader.openBytes(reader.getImageCount() - 1); // the last plane of each level decodes
        levels.add(list(List.of("" + reader.getSizeY(), "" + reader.getSizeX())));
      }
      reader.setResolution(0);
      return json(
        "format", text(reader.getFormat()),
        "name", text(metadata.getImageName(0)),
        "shape", list(List.of("" + reader.getSizeT(), "" + channels, "" + reader.getSizeZ(), "" + reader.getSizeY(), "" + reader.getSizeX())),
        "type", text(FormatTools.getPixelTypeString(reader.getPixelType())),
        "littleEndian", "" + reader.isLittleEndian(),
        "sha256", text(hex(digest.digest())),
        "channels", list(names),
        "wavelengths", list(wavelengths),
        "colors", list(colors),
        "um", list(List.of(
          length(metadata.getPixelsPhysicalSizeZ(0), UNITS.MICROMETER),
          length(metadata.getPixelsPhysicalSizeY(0), UNITS.MICROMETER),
          length(metadata.getPixelsPhysicalSizeX(0), UNITS.MICROMETER))),
        "timeStep", metadata.getPixelsTimeIncrement(0) == null ? "null" : "" + metadata.getPixelsTimeIncrement(0).value(UNITS.SECOND),
        "levels", list(levels));
    } catch (Exception error) {
      return json("error", text(error.toString()));
    }
  }

  static String length(Length length, ome.units.unit.Unit<Length> unit) {
    return length == null || length.value(unit) == null ? "null" : "" + length.value(unit).doubleValue();
  }

  static String json(String... keysAndValues) {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < keysAndValues.length; i += 2) pairs.add(text(keysAndValues[i]) + ": " + keysAndValues[i + 1]);
    return "{" + String.join(", ", pairs) + "}";
  }

  static String list(List<String> values) {
    return "[" + String.join(", ", values) + "]";
  }

  static String text(String value) {
    if (value == null) return "null";
    StringBuilder quoted = new StringBuilder("\"");
    for (char letter : value.toCharArray())
      if (letter >= ' ' && letter <= '~' && letter != '"' && letter != '\\') quoted.append(letter);
      else quoted.append(String.format("\\u%04x", (int) letter));
    return quoted.append('"').toString();
  }

  static String hex(byte[] bytes) {
    StringBuilder digits = new StringBuilder();
    for (byte b : bytes) digits.append(String.format("%02x", b));
    return digits.toString();
  }
}
