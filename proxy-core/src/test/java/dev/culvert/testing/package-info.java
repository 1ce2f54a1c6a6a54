/**
 * What the tests of every module stand on: the leak check, the import rules, the golden vectors.
 */
@NullMarked
package dev.culvert.testing;

import org.jspecify.annotations.NullMarked;
