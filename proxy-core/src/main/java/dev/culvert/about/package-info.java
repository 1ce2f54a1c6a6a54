/**
 * What every room may know of the product: its version, its units, and how settings check
 * themselves.
 */
@NullMarked
package dev.culvert.about;

import org.jspecify.annotations.NullMarked;
