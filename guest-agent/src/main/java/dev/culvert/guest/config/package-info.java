/** The settings of the guest, read and checked at its start. */
@NullMarked
package dev.culvert.guest.config;

import org.jspecify.annotations.NullMarked;
