// SPDX-License-Identifier: Apache-2.0
// The location of the tree whose programs are tested.
package org.hy300.e2e;

import java.nio.file.Path;

/** The top of the repository. */
final class Root {
  static final Path DIRECTORY = Path.of(System.getProperty("hy300.root"));

  private Root() {}
}
