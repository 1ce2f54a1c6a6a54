/** Which tools the agent may use. */
@NullMarked
package dev.culvert.guest.policy;

import org.jspecify.annotations.NullMarked;
