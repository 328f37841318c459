// SPDX-License-Identifier: Apache-2.0
// An animated GIF of screenshots.
package org.hy300.e2e;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/** Repeats endlessly. */
final class Film implements AutoCloseable {
  private static final String FORMAT = "javax_imageio_gif_image_1.0";

  private final ImageOutputStream stream;
  private final ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
  private boolean begun;

  Film(Path file) throws IOException {
    Files.deleteIfExists(file);
    stream = ImageIO.createImageOutputStream(file.toFile());
    writer.setOutput(stream);
    writer.prepareWriteSequence(null);
  }

  /** Adds a PNG picture, and how long it is shown. */
  void add(byte[] png, int milliseconds) throws IOException {
    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
    IIOMetadata metadata =
        writer.getDefaultImageMetadata(
            ImageTypeSpecifier.createFromRenderedImage(picture), writer.getDefaultWriteParam());
    IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(FORMAT);
    IIOMetadataNode control =
        (IIOMetadataNode) root.getElementsByTagName("GraphicControlExtension").item(0);
    control.setAttribute("disposalMethod", "none");
    control.setAttribute("delayTime", Integer.toString(milliseconds / 10));
    if (!begun) {
      IIOMetadataNode extensions = new IIOMetadataNode("ApplicationExtensions");
      IIOMetadataNode loop = new IIOMetadataNode("ApplicationExtension");
      loop.setAttribute("applicationID", "NETSCAPE");
      loop.setAttribute("authenticationCode", "2.0");
      // Repeat without end
      loop.setUserObject(new byte[] {1, 0, 0});
      extensions.appendChild(loop);
      root.appendChild(extensions);
      begun = true;
    }
    metadata.setFromTree(FORMAT, root);
    writer.writeToSequence(new IIOImage(picture, null, metadata), null);
  }

  @Override
  public void close() throws IOException {
    writer.endWriteSequence();
    writer.dispose();
    stream.close();
  }
}
