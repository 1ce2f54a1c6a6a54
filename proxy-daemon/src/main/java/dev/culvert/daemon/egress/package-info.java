/**
 * Servers that agents reach through this host, where its policy lists them.
 *
 * <pre>
 *   tunnel of an agent → EgressDoor → EgressPolicy: listed? → look-up → EgressPolicy: which addresses? → dial → Relay
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.egress;

import org.jspecify.annotations.NullMarked;
