/**
 * What outlives the daemon: the key of turn ids in a file in {@code state_dir}, and everything else
 * in a database: SQLite in {@code state_dir}, or PostgreSQL. Only the owner can read the files.
 * Everything here blocks.
 *
 * <pre>
 *   SqlTokens, SqlDesired, …: the stores that other rooms declare
 *     └ Database: one thread, many pieces of work in one commit
 *         ├ Schema: the tables, by version
 *         ├ FormerFiles: imports the files of earlier versions, once
 *         └ DatabaseConnection: another one after it was lost
 *             └ Engine: what differs, and what errors mean
 *                 ├ SqliteFile
 *                 └ PostgresServer: its driver is loaded from a jar of its own
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.state;

import org.jspecify.annotations.NullMarked;
