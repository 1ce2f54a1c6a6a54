/**
 * What {@code culvert chat} goes by in a folder: the project's file {@code culvert.jsonc}, the
 * user's settings file of the same name, and defaults.
 *
 * <pre>
 *   a folder → Project (root, culvert.jsonc, kind)   the user's folder → UserFile, Trust
 *   Project over UserFile over defaults → ChatSettings
 *   built-in, host, project, user → Layers → Policy: each can only narrow
 *   .culvert/tools → Plugins: tools of the project
 *   ApiKey: where a token may be; Guard: what no tool may touch
 * </pre>
 *
 * A project comes from others. So nothing in it can send a token to a daemon that the user has not
 * set up, nor choose any secret of the user; and until the user trusts it, what its policy allows
 * is asked about, no token that it names is sent, and its {@code autoCommit} does not count.
 */
@NullMarked
package dev.culvert.daemon.client.settings;

import org.jspecify.annotations.NullMarked;
