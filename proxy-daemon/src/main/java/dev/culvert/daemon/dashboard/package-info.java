/**
 * The pages for people at {@code /}. They are files that a browser loads and runs; everything that
 * they show and do goes through the same interface as any other client's requests.
 *
 * <pre>
 * browser ── GET / and /dashboard/FILE ──► this room: files, the same for everybody
 *    └────── /api/v1/… with its token ───► the routes of the API
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.dashboard;

import org.jspecify.annotations.NullMarked;
