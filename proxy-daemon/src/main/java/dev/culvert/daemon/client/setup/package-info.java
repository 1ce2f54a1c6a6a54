/**
 * What {@code culvert setup} does, step by step: it asks a person ({@link
 * dev.culvert.daemon.client.setup.Questions}), tries the daemon ({@link
 * dev.culvert.daemon.client.setup.Trial}), and keeps the token and the completion of the shell.
 */
@NullMarked
package dev.culvert.daemon.client.setup;

import org.jspecify.annotations.NullMarked;
