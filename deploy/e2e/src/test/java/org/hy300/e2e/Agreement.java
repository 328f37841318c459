// SPDX-License-Identifier: Apache-2.0
// Checks that rows, counts, sentence and announcements of the fleet's list agree at every moment.
package org.hy300.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/**
 * Checks every state of the document inside the browser: by the time a test reads it, it may have
 * become consistent.
 */
final class Agreement {
  private static final String WATCH =
      """
      window.disagreements = [];
      window.readOut = [];
      new MutationObserver(() => {
        const table = document.querySelector('.table');
        if (!table) return;
        const numbers = (text) => (text.replaceAll(',', '').match(/\\d+/g) ?? []).map(Number);
        const counts = Object.fromEntries([...document.querySelectorAll('.kind')]
          .map((kind) => [kind.querySelector('input').value, numbers(kind.querySelector('.count').textContent)[0]]));
        const { all, online, offline, faults } = counts;
        const kind = document.querySelector('[name=show]:checked').value;
        const shown = table.ariaRowCount - 1;
        const rows = [...document.querySelectorAll('.body .row')];
        const badges = ['on', 'off'].map((state) => rows.filter((row) => row.querySelector('.badge.' + state)).length);
        const wanted = { all: [online, offline], online: [online, 0], offline: [0, offline] }[kind];
        const said = document.getElementById('said').textContent;
        const aloud = document.querySelector('.fleet [role=status]').textContent;
        const same = (a, b) => String(a) === String(b);
        const found = document.getElementById('search').value !== '';
        if (online + offline !== all
            || (!found && shown !== counts[kind])
            || (!found && wanted && rows.length === shown && !same(badges, wanted))
            || (said && !same(numbers(said), said.includes('shown') ? [shown, all] : [all, offline, faults]))
            || (aloud && aloud !== said)) {
          disagreements.push(JSON.stringify({ kind, counts, shown, badges, said, aloud }));
        }
        if (aloud && aloud !== readOut.at(-1)?.aloud) readOut.push({ aloud, at: performance.now() });
      }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      """;

  private final Browser browser;

  /** Watches all pages that are opened from now on. */
  Agreement(Browser browser) {
    this.browser = browser;
    browser.before(WATCH);
  }

  /** Passes if every state of the document so far was consistent. */
  void holds() {
    assertThat((List<?>) browser.js("return disagreements.slice(0, 5)")).isEmpty();
  }

  /** Number of announcements; checks that they are at least this far apart. */
  int readOut(double milliseconds) {
    List<?> gaps =
        (List<?>)
            browser.js("return readOut.slice(1).map((one, index) => one.at - readOut[index].at)");
    assertThat(gaps)
        .allSatisfy(gap -> assertThat(((Number) gap).doubleValue()).isGreaterThan(milliseconds));
    return ((Number) browser.js("return readOut.length")).intValue();
  }
}
