/**
 * How lines of the log leave a program: with a priority for the system's journal, or with the time
 * for a terminal or a file, and each entry as one.
 *
 * <pre>
 *   slf4j-simple: println(line), printStackTrace, flush ─► LogStream ─► stderr, one write an entry
 * </pre>
 */
@NullMarked
package dev.culvert.log;

import org.jspecify.annotations.NullMarked;
