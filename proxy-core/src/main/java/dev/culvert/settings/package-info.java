/**
 * Settings of both programs: read from layers, checked, and printed back.
 *
 * <pre>
 *   flags ─┐
 *   environment ─┼─ Layer: path → Node ──► Section: key, Kind, default ──► the program's records
 *   file ─┘                                    │
 *                                              └──► every mistake at once, or the text of all settings
 * </pre>
 *
 * One function reads a record from a {@link dev.culvert.settings.Section}. It names each key once,
 * with its {@link dev.culvert.settings.Kind} and its default; a key that nobody asks for is
 * unknown. The record checks itself when it is made. A value that it refuses is reported at its
 * position, and the reading goes on without it, so that one run finds all mistakes.
 */
@NullMarked
package dev.culvert.settings;

import org.jspecify.annotations.NullMarked;
