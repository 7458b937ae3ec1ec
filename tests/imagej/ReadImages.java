/* Prints, for each file, a line of JSON: what ImageJ makes of it. See README.md beside it. */

import ij.CompositeImage;
import ij.ImagePlus;
import ij.ImageStack;
import ij.io.Opener;
import ij.measure.Calibration;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

class ReadImages {
  public static void main(String[] paths) throws Exception {
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    System.setOut(new PrintStream(new ByteArrayOutputStream())); // what ImageJ says on the way
    for (String path : paths) out.println(describe(path));
  }

  static String describe(String path) throws Exception {
    ImagePlus image;
    try {
      image = new Opener().openImage(path);
    } catch (Exception error) {
      return json("error", text(error.toString()));
    }
    if (image == null) return json("error", text("not opened"));
    ImageStack stack = image.getStack();
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (int i = 1; i <= stack.getSize(); i++) digest.update(bytesOf(stack.getPixels(i)));
    List<String> colors = new ArrayList<>();
    if (image instanceof CompositeImage)
      for (int c = 1; c <= image.getNChannels(); c++)
        colors.add("" + (((CompositeImage) image).getChannelLut(c).getRGB(255) & 0xffffff));
    Calibration calibration = image.getCalibration();
    return json(
      "shape", list(List.of("" + image.getNFrames(), "" + image.getNChannels(), "" + image.getNSlices(), "" + image.getHeight(), "" + image.getWidth())),
      "bits", "" + image.getBitDepth(),
      "sha256OfStack", text(hex(digest.digest())),
      "colors", list(colors),
      "unit", text(calibration.getUnit()),
      "voxel", list(List.of("" + calibration.pixelDepth, "" + calibration.pixelHeight, "" + calibration.pixelWidth)),
      "frameInterval", "" + calibration.frameInterval);
  }

  static byte[] bytesOf(Object pixels) {
    if (pixels instanceof byte[]) return (byte[]) pixels;
    if (pixels instanceof short[]) {
      ByteBuffer bytes = ByteBuffer.allocate(2 * ((short[]) pixels).length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asShortBuffer().put((short[]) pixels);
      return bytes.array();
    }
    ByteBuffer bytes = ByteBuffer.allocate(4 * ((float[]) pixels).length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put((float[]) pixels);
    return bytes.array();
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
