/**
 * What outlives the daemon, in {@code state_dir}: the key of turn ids in a file, and everything
 * else in an SQLite database. Only the owner can read them. Everything here blocks.
 *
 * <pre>
 *   SqlTokens, SqlDesired: the stores that other rooms declare
 *     └ Database: one thread, many pieces of work in one commit
 *         ├ Schema: the tables, by version
 *         ├ FormerFiles: imports the files of earlier versions, once
 *         └ SqliteFile: the file, and what its errors mean
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.state;

import org.jspecify.annotations.NullMarked;
