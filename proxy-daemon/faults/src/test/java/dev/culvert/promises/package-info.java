/**
 * Holds {@code proxy-daemon/docs/PROMISES.md} to the tests that ran. It lives in this module
 * because this module's tests run last.
 */
@NullMarked
package dev.culvert.promises;

import org.jspecify.annotations.NullMarked;
