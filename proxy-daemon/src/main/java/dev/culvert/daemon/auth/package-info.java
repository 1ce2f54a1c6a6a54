/** Callers, and what they may see. Knows neither HTTP nor agents. */
@NullMarked
package dev.culvert.daemon.auth;

import org.jspecify.annotations.NullMarked;
