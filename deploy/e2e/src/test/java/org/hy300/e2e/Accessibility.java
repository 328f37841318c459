// SPDX-License-Identifier: Apache-2.0
// Checks a page's accessibility: names for all controls, and contrast.
package org.hy300.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Checks the page that a browser currently shows. */
final class Accessibility {
  /** Elements that look different when they are hovered, pressed or focused. */
  private static final String REACTING = "a, button, input, select, summary, label, .row";

  private record State(String name, List<String> classes) {}

  /** The last one restores the page. */
  private static final List<State> STATES =
      List.of(
          new State("under the pointer", List.of("hover")),
          new State("with the focus", List.of("focus", "focus-visible")),
          new State("pressed", List.of("hover", "active")),
          new State("at rest", List.of()));

  private static final String FAINT =
      """
      const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
      const luminance = ([r, g, b]) => {
        const part = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
        return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
      };
      const behind = (e) => {
        for (; e; e = e.parentElement) {
          const colour = channels(getComputedStyle(e).backgroundColor);
          if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
      };
      const contrast = (colour, back, opacity) => {
        const [a, b] = [colour.map((v, i) => v * opacity + back[i] * (1 - opacity)), back].map(luminance);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      };
      const opacity = (e) => (e ? getComputedStyle(e).opacity * opacity(e.parentElement) : 1);
      const faint = [];
      const judge = (e, what, text, colour, back, least) => {
        const [r, g, b, alpha = 1] = channels(colour);
        const ratio = contrast([r, g, b], back, alpha * opacity(e));
        if (ratio < least) faint.push(`${ratio.toFixed(2)} ${what} ${e.id || e.className}: ${text.slice(0, 40)}`);
      };
      for (const e of document.querySelectorAll('body *')) {
        if (!e.checkVisibility() || e.closest('.sr, svg, option, noscript')) continue;
        const style = getComputedStyle(e);
        const field = e.matches('select, input:not([type=radio], [type=range])');
        if (field || [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) {
          const size = parseFloat(style.fontSize);
          const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
          judge(e, 'text', field ? e.value : e.textContent, style.color, behind(e), large ? 3 : 4.5);
        }
        // An invisible element has its outline around another one.
        if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && opacity(e) > 0) {
          judge(e, 'frame', '', style.outlineColor, behind(e.parentElement), 3);
        }
      }
      return faint;
      """;

  private Accessibility() {}

  /** Controls, pictures and regions without an accessible name, as computed by the browser. */
  @SuppressWarnings("unchecked") // A list of strings.
  static List<String> nameless(Browser browser) {
    return (List<String>)
        browser.js(
            """
            const named = (e) => {
              const by = (e.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean)
                .map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
              const labels = [...(e.labels ?? [])].map((label) => label.textContent).join(' ');
              return [by, e.getAttribute('aria-label'), labels, e.tagName === 'INPUT' ? '' : e.textContent, e.alt]
                .some((text) => text && text.trim() !== '');
            };
            const wrong = [...document.querySelectorAll(
                'a, button, input, select, canvas, [role=region], [role=table], section, img:not([alt=""])')]
              .filter((e) => e.checkVisibility() && !named(e)).map((e) => e.outerHTML.slice(0, 120));
            for (const e of document.querySelectorAll('[aria-describedby]')) {
              for (const id of e.getAttribute('aria-describedby').split(' ')) {
                if (!document.getElementById(id)) wrong.push('no #' + id);
              }
            }
            if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
            return wrong;
            """);
  }

  /**
   * Texts with less contrast than WCAG 2.2 AA requires (4.5 to 1, and 3 to 1 for large ones), and
   * focus outlines with less than 3 to 1: normal, hovered, focused and pressed. Disabled elements
   * need the same contrast, because people must be able to read them.
   */
  static List<String> faint(Browser browser) {
    browser.protocol("DOM.enable", Map.of());
    browser.protocol("CSS.enable", Map.of());
    Object root = browser.protocol("DOM.getDocument", Map.of()).get("root");
    Object reacting =
        browser
            .protocol(
                "DOM.querySelectorAll",
                Map.of("nodeId", ((Map<?, ?>) root).get("nodeId"), "selector", REACTING))
            .get("nodeIds");
    List<String> faint = new ArrayList<>();
    for (State state : STATES) {
      for (Object node : (List<?>) reacting) {
        browser.protocol(
            "CSS.forcePseudoState", Map.of("nodeId", node, "forcedPseudoClasses", state.classes()));
      }
      faintNow(browser).forEach(each -> faint.add(state.name() + ": " + each));
    }
    browser.protocol("CSS.disable", Map.of());
    return faint;
  }

  /** The same for the page's current state. */
  @SuppressWarnings("unchecked") // A list of strings.
  static List<String> faintNow(Browser browser) {
    return (List<String>) browser.js(FAINT);
  }
}
