/**
 * Who may call: which addresses may be listened on without credentials, and which browsers'
 * requests are refused. Knows strings and addresses, and nothing of HTTP's machinery.
 */
@NullMarked
package dev.culvert.daemon.auth;

import org.jspecify.annotations.NullMarked;
