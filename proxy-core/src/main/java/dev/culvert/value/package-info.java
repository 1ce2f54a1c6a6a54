/**
 * What the daemon sends and what verbs print: JSON as a small tree, in the order in which it was
 * written.
 */
@NullMarked
package dev.culvert.value;

import org.jspecify.annotations.NullMarked;
