/**
 * How a guest that dials in proves who it is: its key, the text that it signs, and the payloads of
 * the frames (joining.md). Host and guest use the same readers and writers.
 */
@NullMarked
package dev.culvert.identity;

import org.jspecify.annotations.NullMarked;
