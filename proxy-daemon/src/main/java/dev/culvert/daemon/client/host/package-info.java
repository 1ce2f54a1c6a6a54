/**
 * The machine on which the command runs: its files, its programs, the daemon's settings file on it,
 * and what the daemon answers. {@link dev.culvert.daemon.client.host.Host} is an interface, so that
 * tests run against a scripted root and scripted programs.
 */
@NullMarked
package dev.culvert.daemon.client.host;

import org.jspecify.annotations.NullMarked;
