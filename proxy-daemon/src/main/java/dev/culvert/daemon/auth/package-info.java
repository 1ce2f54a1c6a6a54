/**
 * Who may call: which hosts a request may name over loopback, and which browsers requests are
 * refused. Knows strings and addresses, and nothing of HTTP machinery.
 */
@NullMarked
package dev.culvert.daemon.auth;

import org.jspecify.annotations.NullMarked;
