/**
 * One line a request, in the daemon's log or in a file: of every request if {@code access_log} is
 * on, else of those that failed.
 *
 * <pre>
 *   event loops: RequestRecord → AccessLog → Lines (a bounded queue) → one thread: RequestLine → Target
 *                                which ones    drops what is too much                logfmt    stderr, a file
 *                                                                                    or JSON
 * </pre>
 *
 * No event loop ever writes or waits: what the thread cannot write in time is dropped, counted and
 * told.
 */
@NullMarked
package dev.culvert.daemon.accesslog;

import org.jspecify.annotations.NullMarked;
