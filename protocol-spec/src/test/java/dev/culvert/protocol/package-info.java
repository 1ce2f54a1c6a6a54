/**
 * Checks that pages, schemas and golden vectors agree: what one of them lists, the others must
 * have. The tests read the source files, so that a deleted file cannot stay in a build directory
 * and pass.
 */
@NullMarked
package dev.culvert.protocol;

import org.jspecify.annotations.NullMarked;
