// SPDX-License-Identifier: Apache-2.0
// Cuts a page into pieces that suit a connection, compressed or not.
package org.hy300.collector.exposition;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Needs memory for one piece only, however long the page is. */
public final class Pieces implements AutoCloseable {
  private final Page page;
  private final boolean compress;
  private final Lines lines = new Lines(Page.PIECE + 4096);
  private final ByteArrayOutputStream packed = new ByteArrayOutputStream();
  private Gzip gzip;
  private boolean end;

  public Pieces(Page page, boolean compress) {
    this.page = page;
    this.compress = compress;
  }

  /** Writes the next piece; must not be called after {@link #isEnd}. */
  public Buffer next() throws IOException {
    if (!compress) {
      writeLines();
      return Buffer.buffer(lines.length()).appendBytes(lines.bytes(), 0, lines.length());
    }
    if (gzip == null) {
      gzip = new Gzip(packed);
    }
    while (!end && packed.size() < Page.PIECE / 2) {
      writeLines();
      gzip.write(lines.bytes(), 0, lines.length());
    }
    if (end) {
      gzip.finish();
    }
    Buffer piece = Buffer.buffer(packed.toByteArray());
    packed.reset();
    return piece;
  }

  private void writeLines() {
    lines.clear();
    end = !page.next(lines);
  }

  /** Whether the last piece has been written. */
  public boolean isEnd() {
    return end;
  }

  @Override
  public void close() {
    if (gzip != null) {
      gzip.release();
    }
  }

  /** The fastest level: most of a page is repetition, which it compresses as well. */
  private static final class Gzip extends GZIPOutputStream {
    private static final int BUFFER = 16 * 1024;

    Gzip(OutputStream to) throws IOException {
      super(to, BUFFER);
      def.setLevel(Deflater.BEST_SPEED);
    }

    /** Frees its memory, which is not on the heap. */
    void release() {
      def.end();
    }
  }
}
