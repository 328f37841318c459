// SPDX-License-Identifier: Apache-2.0
// What a screen reader and weak eyes need of a page: names for all that can be used, and contrast.
package org.hy300.e2e;

import java.util.List;

/** Judges the page that a browser shows now. */
final class Accessibility {
  private Accessibility() {}

  /** Controls, pictures and regions without a name, as the browser computes them for a reader. */
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
   * Texts with less contrast to what is behind them than WCAG 2.2 AA asks for: 4.5 to 1, and 3 to 1
   * for large ones.
   */
  @SuppressWarnings("unchecked") // A list of strings.
  static List<String> faint(Browser browser) {
    return (List<String>)
        browser.js(
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
            const faint = [];
            for (const e of document.querySelectorAll('body *')) {
              const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
              if (!own || !e.checkVisibility() || e.closest('.sr, svg, option, noscript')) continue;
              const style = getComputedStyle(e);
              const a = luminance(channels(style.color));
              const b = luminance(behind(e));
              const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
              const size = parseFloat(style.fontSize);
              const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
              if (ratio < (large ? 3 : 4.5)) faint.push(ratio.toFixed(2) + ' ' + e.className + ': ' + e.textContent.slice(0, 40));
            }
            return faint;
            """);
  }
}
