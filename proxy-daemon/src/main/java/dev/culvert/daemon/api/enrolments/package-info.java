/**
 * The endpoints for enrolments. A caller of one tenant sees and makes only enrolments of that
 * tenant.
 *
 * <pre>
 *   EnrollmentsRoute, EnrollmentRoute → VisibleEnrolments → OffLoop → Enrolments
 * </pre>
 */
@NullMarked
package dev.culvert.daemon.api.enrolments;

import org.jspecify.annotations.NullMarked;
