/** The endpoints for operators: health, reload, metrics and the description of the interface. */
@NullMarked
package dev.culvert.daemon.api.admin;

import org.jspecify.annotations.NullMarked;
