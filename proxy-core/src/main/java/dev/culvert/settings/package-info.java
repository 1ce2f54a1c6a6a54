/**
 * Settings of both programs: read from layers, checked, and printed back.
 *
 * <pre>
 *   flags ─┐
 *   environment ─┼─ Source: path → Node ──► Section: key, Kind, default ──► the program's records
 *   file ─┘                                    │
 *                                              └──► every mistake at once, or the text of all settings
 * </pre>
 *
 * A record is read by one function from a {@link dev.culvert.settings.Section}, which names each
 * key once, beside its {@link dev.culvert.settings.Kind} and its default: what is asked for is what
 * is known. The record checks itself when it is made; what it refuses is reported where that key
 * stands, and the reading goes on without it, so that one run finds all that is wrong.
 */
@NullMarked
package dev.culvert.settings;

import org.jspecify.annotations.NullMarked;
