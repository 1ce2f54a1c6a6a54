/**
 * An agent that a chat starts itself, and the daemon to reach it, as processes of this user: on
 * Unix sockets in a private folder, ended with the chat. Also the commit of what a turn has
 * changed.
 *
 * <pre>
 *   LocalAgent → Child (culvert-agent), Child (culvertd) → http.sock
 *   Git → RepositoryConfig → AutoCommit
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.client.local;

import org.jspecify.annotations.NullMarked;
