/**
 * Holds pages, schemas and golden vectors to each other: what one of them lists, the others must
 * have. The tests read the files of the module itself, so that a file no longer in the tree cannot
 * linger in a build directory and pass.
 */
@NullMarked
package dev.culvert.protocol;

import org.jspecify.annotations.NullMarked;
