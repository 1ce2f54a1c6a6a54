/**
 * What every room may know about the product: its version, its units, and the checks of settings.
 */
@NullMarked
package dev.culvert.about;

import org.jspecify.annotations.NullMarked;
