/** Routes for desired states of infrastructure, their plans, and applying these. */
@NullMarked
package dev.culvert.daemon.api.plans;

import org.jspecify.annotations.NullMarked;
