// SPDX-License-Identifier: Apache-2.0
// Authentication: one user with one password and all rights.
package org.hy300.broker;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.spi.core.security.ActiveMQSecurityManager;

/** A connection with a wrong or missing name or password gets MQTT's refusal. */
final class OneUser implements ActiveMQSecurityManager {
  private final String name;
  private final byte[] password;

  OneUser(String name, String password) {
    this.name = name;
    this.password = password.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean validateUser(String user, String given) {
    return name.equals(user)
        && given != null
        && MessageDigest.isEqual(password, given.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public boolean validateUserAndRole(
      String user, String given, Set<Role> roles, CheckType checkType) {
    return validateUser(user, given);
  }
}
