/** What the guest is told at its start. */
@NullMarked
package dev.culvert.guest.config;

import org.jspecify.annotations.NullMarked;
