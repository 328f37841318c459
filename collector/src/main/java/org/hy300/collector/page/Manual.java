// SPDX-License-Identifier: Apache-2.0
// The documentation of this version, from the jar; links in alerts point here.
package org.hy300.collector.page;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.ext.heading.anchor.HeadingAnchorExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.text.TextContentRenderer;

/** Thread-safe. A page is rendered on the first request, and stored. */
public final class Manual {
  /** The path of the pages. */
  static final String ROOT = "/docs/";

  private static final String SOURCES = "/org/hy300/collector/docs/";
  private static final Pattern NAME = Pattern.compile("([a-z]+/)?[A-Za-z0-9-]+");

  private static final List<Extension> EXTENSIONS =
      List.of(TablesExtension.create(), HeadingAnchorExtension.create());

  private final Parser parser = Parser.builder().extensions(EXTENSIONS).build();
  private final HtmlRenderer html = HtmlRenderer.builder().extensions(EXTENSIONS).build();
  private final TextContentRenderer text = TextContentRenderer.builder().build();
  private final Map<String, String> pages = new ConcurrentHashMap<>();

  /**
   * A page as HTML; the first request for it blocks.
   *
   * @param name its path below docs/ without the suffix: runbooks/DeviceDown
   * @return empty if there is no such page
   */
  public Optional<String> page(String name) throws IOException {
    String known = pages.get(name);
    if (known == null && exists(name)) {
      known = render(name);
      pages.put(name, known);
    }
    return Optional.ofNullable(known);
  }

  private static boolean exists(String name) {
    return NAME.matcher(name).matches() && Manual.class.getResource(source(name)) != null;
  }

  private static String source(String name) {
    return SOURCES + name + ".md";
  }

  private String render(String name) throws IOException {
    Node document;
    try (InputStream in = Manual.class.getResourceAsStream(source(name))) {
      document = parser.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    URI here = URI.create(ROOT + name + ".md");
    String up = name.contains("/") ? "../../" : "../";
    document.accept(new Links(here, up + "docs/"));
    return """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>%s</title>
          <link rel="icon" href="%spage/icon.svg" type="image/svg+xml">
          <link rel="stylesheet" href="%spage/style.css">
          <link rel="stylesheet" href="%spage/manual.css">
        </head>
        <body class="manual">
          <header class="top">
            <a class="brand" href="%s">Fleet</a>
            <a href="%sdocs/index">Documentation</a>
          </header>
          <main>
        %s</main>
        </body>
        </html>
        """
        .formatted(title(document), up, up, up, up, up, html.render(document));
  }

  private String title(Node document) {
    for (Node node = document.getFirstChild(); node != null; node = node.getNext()) {
      if (node instanceof Heading) {
        return text.render(node).replace("&", "&amp;").replace("<", "&lt;");
      }
    }
    return "hy300 fleet";
  }

  /**
   * Adjusts links to other pages. Links to files that are not served, and pictures, become text.
   */
  private static final class Links extends AbstractVisitor {
    private static final Pattern ELSEWHERE = Pattern.compile("[a-z]+:.*");

    private final URI here;
    private final String root;

    Links(URI here, String root) {
      this.here = here;
      this.root = root;
    }

    @Override
    public void visit(Image image) {
      unwrap(image);
    }

    @Override
    public void visit(Link link) {
      visitChildren(link);
      String target = link.getDestination();
      if (target.startsWith("#") || ELSEWHERE.matcher(target).matches()) {
        return;
      }
      URI there = here.resolve(target);
      String path = there.getPath();
      if (path.endsWith("/")) {
        path += "README.md";
      }
      String name =
          path.startsWith(ROOT) && path.endsWith(".md")
              ? path.substring(ROOT.length(), path.length() - ".md".length())
              : "";
      if (exists(name)) {
        String anchor = there.getFragment() == null ? "" : "#" + there.getFragment();
        link.setDestination(root + name + anchor);
      } else {
        unwrap(link);
      }
    }

    private static void unwrap(Node node) {
      for (Node child = node.getFirstChild(); child != null; child = node.getFirstChild()) {
        node.insertBefore(child);
      }
      node.unlink();
    }
  }
}
