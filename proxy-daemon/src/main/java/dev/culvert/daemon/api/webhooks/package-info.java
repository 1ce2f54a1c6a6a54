/** HTTP endpoints for operators who look after webhooks. */
@NullMarked
package dev.culvert.daemon.api.webhooks;

import org.jspecify.annotations.NullMarked;
