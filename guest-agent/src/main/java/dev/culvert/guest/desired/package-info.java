/**
 * What the host wants the agent to be: its configuration and its context, and the file in which
 * both outlive the process.
 */
@NullMarked
package dev.culvert.guest.desired;

import org.jspecify.annotations.NullMarked;
