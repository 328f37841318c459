// SPDX-License-Identifier: Apache-2.0
// Why something failed.
package org.hy300.cli.client;

/**
 * Part of a reply or of a refusal.
 *
 * @param code a word for programs
 * @param message a line for people
 */
public record Reason(String code, String message) {
  static Reason of(Field error) throws NotAsPromisedException {
    return new Reason(error.at("code").text(), error.at("message").text());
  }
}
