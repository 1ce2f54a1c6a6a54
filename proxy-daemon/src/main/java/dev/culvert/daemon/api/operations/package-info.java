/** What a caller may do, and how what was done went. */
@NullMarked
package dev.culvert.daemon.api.operations;

import org.jspecify.annotations.NullMarked;
